# frozen_string_literal: true

module Operations
  module Compat
    # What V1 did without being asked: tasks in the application's table, and due at once where they begin to wait.
    module Defaults
      # (see Operations.reset!)
      def reset!
        super
        self.first_wake = :immediate
        self
      end

      private

      def default_storage
        Storage::ActiveRecord.new(connection_class: Object.const_defined?(:ApplicationRecord) ? ::ApplicationRecord : ::ActiveRecord::Base)
      end
    end
  end
end
