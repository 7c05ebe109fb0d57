# frozen_string_literal: true

module Bench
  module StoredTasks
    # This gem, as its user would write it.
    class Ours < Side
      def call = @order.call(customer: "Customer 1")

      private

      def connect
        $LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
        require "active_data_flow/active_record"
        ActiveRecord::Base.establish_connection(**@config)
        ActiveDataFlow.prepare_database!
        Operations.configure do |config|
          config.storage_adapter = Operations::Storage::ActiveRecord.new
          config.executor_adapter = Operations::Executor::Inline.new
        end
        @order = SixSteps.define(self)
        @order.durability(@durability.to_sym)
      end
    end
  end
end
