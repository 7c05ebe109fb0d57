# frozen_string_literal: true

require_relative "memory"
require_relative "../active_record_if_there"

module ActiveDataFlow
  module RunStore
    @memory_lock = Mutex.new

    class << self
      # Where the runs of a flow are kept: in the sink's own database where that has the tables, so that rows and cursor
      # commit together; else in the program's database; else in memory.
      # @param sink [Object] the sink end
      # @return [Base]
      def for(sink) = ActiveRecordIfThere.store(sink) || memory

      # The same, of a class: where a block of it says what the sink is, the program's database.
      # @param klass [Class] a flow
      # @return [Base]
      def of(klass)
        lines = klass.declared.sink_lines.reject(&:block)
        return ActiveRecordIfThere.store || memory if lines.empty?

        # Where the table is, and not what it is like now.
        self.for(Engine::Premises.of { |premises| Engine::Sinks.primary(Ends.sinks(Flow::Arguments.restore(klass, {}), premises, lines:)) }.first)
      end

      # @return [Array<Base>] the program's, and those of all flows that are loaded
      def all = [ActiveRecordIfThere.store || memory, *Flow::Registry.all.filter_map { |klass| of_loaded(klass) }].uniq

      # @return [Memory] of this process
      def memory = @memory_lock.synchronize { @memory ||= Memory.new }

      # Forgets the runs in memory: for the `before` hook of a test suite.
      # @return [void]
      def reset!
        @memory_lock.synchronize { @memory = nil }
      end

      private

      # A class that others inherit from has no runs; a flow whose store is not to be had now keeps nobody from the others'.
      def of_loaded(klass)
        of(klass) if klass.declarations.source && klass.declarations.sink
      rescue => error
        Operations.logger.warn("the runs of #{klass.flow_name} are not looked at: #{error.message}")
        nil
      end
    end
  end
end
