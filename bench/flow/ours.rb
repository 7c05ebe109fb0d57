# frozen_string_literal: true

module Bench
  module Flow
    # A flow of this gem, as its author would write it.
    class Ours
      # @param child [Child]
      # @param flow [Symbol] a class in flows.rb
      # @param store [Boolean] are runs kept in the sink's database? Without, they are kept in memory, and nothing is written
      #   beside the rows
      # @param expect [String, nil] a word of the path that `plan` has to name: what is measured is not to be another one
      def initialize(child, flow, store: true, expect: nil)
        @child = child
        @store = store
        @expect = expect
        @flow = flow
      end

      def prepare
        present do
          $LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
          require "active_data_flow/active_record"
          @child.active_record
          ActiveDataFlow.prepare_database! if @store
          require_relative "flows"
          @flow = Object.const_get(@flow)
          @path = @flow.plan.to_s[/^\s*path\s+(.*)/, 1].to_s
        end
        raise Absent, "the plan takes another path: #{@path}" if @expect && !@path.include?(@expect)
      end

      def call
        run = present { @flow.run_now }
        {path: @path, counts: run.counts}
      end

      private

      # Until the engine does everything, what it does not do yet is said and the others are measured.
      def present
        yield
      rescue StandardError, ScriptError => error
        raise Absent, "#{error.class}: #{error.message.lines.first.to_s.strip} (#{error.backtrace&.first.to_s[%r{[^/]+/[^/]+:\d+}]})"
      end
    end
  end
end
