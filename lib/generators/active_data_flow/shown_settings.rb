# frozen_string_literal: true

module ActiveDataFlow
  module Generators
    # How the initializer shows settings: those of tasks, and each default as a person would write it.
    module ShownSettings
      DAY = 86_400
      private_constant :DAY

      private

      def settings = ActiveDataFlow::Configuration.options.values

      # Of tasks; what they are kept in and run by depends on the parts of Rails that there are.
      # @return [Array<(String, String)>] what it is for, and the assignment of its default
      def task_settings
        [["Where tasks are kept; Operations::Storage::Memory.new keeps them with the process.", "storage = Operations::Storage::#{part?("ActiveRecord") ? "ActiveRecord" : "Memory"}.new"],
          ["Who runs them; Operations::Executor::Inline.new is whoever calls them.", "executor = Operations::Executor::#{part?("ActiveJob") ? "ActiveJob" : "Inline"}.new"],
          ["When a task that enters a wait looks for the first time: after its delay, or :immediate.", "first_wake = :delay"],
          ["What a transition waits for on PostgreSQL: :every_transition flushes each to the disk, for handlers with effects elsewhere.", "durability = :burst"],
          ["Where flows and tasks say what they do.", "logger = Rails.logger"]]
      end

      def part?(name) = Object.const_defined?("#{name}::Railtie")

      # @return [String] Ruby for it; of many seconds in days
      def written(default)
        (default.is_a?(Integer) && default.positive? && (default % DAY).zero?) ? "#{default / DAY}.days" : default.inspect
      end
    end
  end
end
