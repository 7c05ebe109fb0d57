# frozen_string_literal: true

require "json"
require "monitor"

module ActiveDataFlow
  module RunStore
    class Memory < Base
      # The rows, and the lock over them. No code of the author's runs under it.
      # @private
      class Table
        REJECT = Columns::REJECTS.transform_values { |(_kind, options)| options&.fetch(:default, nil) }.freeze
        private_constant :REJECT

        def initialize
          @lock = Monitor.new
          @rows = {}
          @rejects = []
          @flows = {}
          @states = {}
        end

        # @return [Hash] what readings have left, by flow and arguments
        attr_reader :states

        def exclusively(&) = @lock.synchronize(&)

        # @return [Hash, nil] the row itself
        def [](run_id) = @rows[run_id]

        # @return [Row, nil] a copy of what the block finds
        def row = exclusively { (found = yield) && Row.new(found.dup) }

        # @return [Array<Row>]
        def all = exclusively { @rows.values.map { |row| Row.new(row.dup) } }

        # @return [Hash, nil] the row itself: of a whole run, no part
        def newest = @rows.values.reverse_each.find { |row| row[:part].nil? && yield(row) }

        # @return [Hash, nil] the row itself that has this value there
        def with(name, value) = @rows.each_value.find { |row| row[name] == value }

        def taken?(row, name, value) = !value.nil? && @rows.each_value.any? { |other| !other.equal?(row) && other[name] == value }

        def add(values)
          flow_id = @flows[values.fetch(:flow_name)] ||= @flows.size + 1
          id = @rows.size + 1
          @rows[id] = {**Columns::DEFAULTS, id:, data_flow_id: flow_id, **values}
        end

        # Marks the row as held by a commit, if the block finds it to be as it should.
        def open(run_id)
          exclusively do
            row = @rows[run_id]
            row && row[:open].nil? && yield(row) && (row[:open] = Fiber.current)
          end
        end

        def close(claim)
          exclusively { @rows[claim.id]&.then { |row| row[:open] = nil if row[:open] == Fiber.current } }
        end

        def put_aside(claim, rejects)
          added = rejects.map do |values|
            values = values.transform_values { |value| (value.is_a?(Hash) || value.is_a?(Array)) ? Storable.row(value) : value }
            {**REJECT, data_flow_id: claim.data_flow_id, run_id: claim.id, **values}
          end
          exclusively { added.each { |reject| @rejects << {id: (@rejects.last&.fetch(:id) || 0) + 1, **reject} } }
        end

        def keep_rejects(claim, count)
          exclusively do
            own = @rejects.select { |reject| reject[:run_id] == claim.id }
            own.drop(count).each { |reject| @rejects.delete(reject) }
          end
        end

        # @return [Hash, nil] the reject itself
        def reject(id) = @rejects.find { |reject| reject[:id] == id }

        def rejects(run_id) = exclusively { @rejects.select { |reject| reject[:run_id] == run_id }.map(&:dup) }
      end
    end
  end
end
