# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Brings batches into the sink as COPY: straight into it while all rows are new to it, else into a temporary table
      # and from there by one guarded statement.
      class CopyWriter < Writer
        # @param target [Target]
        def initialize(target)
          super
          @merge = Merge.new(target)
          @name = "adf_#{SecureRandom.hex(6)}"
          @format = (@columns.all? { |_name, type| Binary.type?(type) }) ? :binary : :text
          @mostly_new = false
          @straight = nil
          @encoded = {}.compare_by_identity
        end

        # After {Writer#settle}, before the transaction opens (protocols.md P3): the bytes of the COPY.
        # @param batch [Native::Batch]
        def encode(batch)
          range = 0, batch.size - 1
          @encoded[batch] = [[batch.counts[:live], *range], bytes(batch, *range)]
        end

        # (see Writer#write)
        def write(connection, batch, first, last)
          rows = live_between(batch, first, last)
          return NOTHING if rows.zero?

          @bytes = ready(batch, rows, first, last) || bytes(batch, first, last)
          straight(connection, rows) || merged(connection, rows)
        ensure
          @bytes&.clear # megabytes, for which the collector would come much later
          @bytes = nil
        end

        private

        # @return [String, nil] what {#encode} made, as long as no row has left the batch since
        def ready(batch, *rows)
          encoded, bytes = @encoded.delete(batch)
          bytes if encoded == rows
        end

        def bytes(batch, first, last)
          (@format == :binary) ? batch.copy_binary(@columns, first, last) : batch.copy_text(@columns, first, last)
        end

        # Into an empty table, or one whose rows all are to be inserted. Another row with a key may turn up all the same:
        # then the batch goes the other way, and so do those after it.
        def straight(connection, rows)
          @straight = straight?(connection) if @straight.nil?
          return unless @straight

          savepoint(connection) { copy(connection, @target.table) }
          counts(rows, new: rows, updated: 0)
        rescue ::ActiveRecord::RecordNotUnique
          raise if @target.mode == :insert

          @straight = false
          nil
        end

        def straight?(connection)
          return false if @target.created_list.any? || !%i[insert insert_only upsert].include?(@target.mode)
          return true if @target.mode == :insert

          connection.select_value("SELECT NOT EXISTS (SELECT 1 FROM #{@target.table})", "ActiveDataFlow")
        end

        def merged(connection, rows)
          connection.execute("CREATE TEMPORARY TABLE #{@name} ON COMMIT DROP AS " \
            "SELECT #{@target.column_list.join(", ")} FROM #{@target.table} WITH NO DATA", "ActiveDataFlow")
          copy(connection, @name)
          row = connection.select_one(@merge.sql(@name, mostly_new: @mostly_new), "ActiveDataFlow merge")
          connection.execute("DROP TABLE #{@name}", "ActiveDataFlow")
          new, updated, matched = row.values_at("new", "updated", "matched").map(&:to_i)
          @mostly_new = new > rows / 2
          counts(rows, new:, updated:, matched:)
        end

        def copy(connection, table)
          sql = "COPY #{table} (#{@target.column_list.join(", ")}) FROM STDIN (FORMAT #{@format})"
          Raw.writing(connection, sql) do |raw|
            raw.copy_data(sql) { raw.put_copy_data(@bytes) }
          end
        end
      end
    end
  end
end
