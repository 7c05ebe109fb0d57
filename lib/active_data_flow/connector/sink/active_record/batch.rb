# frozen_string_literal: true

module ActiveDataFlow
  module Connector
    class Sink
      class ActiveRecord < self
        # Writes rows in few statements: looks up by the key what is there, inserts what is not, and updates what differs.
        # @private
        class Batch
          MOVING = %w[updated_at updated_on].freeze
          private_constant :MOVING

          # @param sink [ActiveRecord]
          # @param rows [Array<Hash{Symbol => Object}>]
          def initialize(sink, rows)
            @sink = sink
            @model = sink.model_class
            @key = sink.key_columns
            @rows = rows
            @counts = {new: 0, updated: 0, unchanged: 0, skipped: 0}
          end

          # @return [Hash{Symbol => Integer}]
          def write
            (@sink.mode == :insert) ? insert(@rows) : by_key(last_of_each_key)
            @counts
          end

          private

          def by_key(rows)
            rows.each_slice(@sink.batch_size) do |slice|
              there = records(slice)
              old, fresh = slice.partition { |row| there.key?(key_of(row)) }
              (@sink.mode == :update_only) ? skip(fresh) : insert(fresh)
              (@sink.mode == :insert_only) ? skip(old) : old.each { |row| update(there.fetch(key_of(row)), row) }
            end
          end

          # Of rows with the same key the last one is written. Rows without a key meet nothing.
          def last_of_each_key
            kept = @rows.reverse.uniq { |row| key_of(row) || row.object_id }.reverse
            @counts[:skipped] += @rows.size - kept.size
            kept
          end

          def records(rows)
            keys = rows.filter_map { |row| key_of(row) }
            return {} if keys.empty?

            found = (@key.one? ? @model.where(@key.first => keys.flatten(1)) : @model.where(@key => keys))
            found.index_by { |record| @key.map { |name| record.public_send(name) } }
          end

          # @return [Array, nil] as the model casts the values, so that "7" meets 7
          def key_of(row)
            values = @key.map { |name| @model.type_for_attribute(name).cast(row[name]) }
            values unless values.empty? || values.any?(&:nil?)
          end

          # A statement has one list of columns.
          def insert(rows)
            rows.group_by(&:keys).each_value do |alike|
              alike.each_slice(@sink.batch_size) { |slice| @model.insert_all!(slice) }
            end
            @counts[:new] += rows.size
          end

          def update(record, row)
            record.assign_attributes(row)
            return @counts[:unchanged] += 1 unless record.changed?

            moving = (@model.record_timestamps ? MOVING & @model.column_names : []) - row.keys.map(&:name)
            changes = record.changes.transform_values(&:last)
            record.update_columns(moving.to_h { |name| [name, Time.now.utc] }.merge(changes))
            @counts[:updated] += 1
          end

          def skip(rows)
            @counts[:skipped] += rows.size
          end
        end
      end
    end
  end
end
