# frozen_string_literal: true

module Bench
  module Flow
    module Peers
      # Kiba: a source, a block, a destination. It brings none for databases, so these are what one writes.
      class KibaJob < Peer
        def prepare
          require "kiba"
          row = @row
          source, destination = ends
          @job = Kiba.parse do
            source(*source)
            transform { |values| row.call(values) }
            destination(*destination)
          end
        end

        def call = Kiba.run(@job)
      end

      # The usual ends: models to read, upsert_all to write.
      class KibaActiveRecord < KibaJob
        # Rows of a relation.
        class Source
          def initialize(relation) = @relation = relation

          def each
            @relation.find_each { |record| yield record.attributes }
          end
        end

        # Writes a thousand rows at once.
        class Destination
          def initialize
            @rows = []
          end

          def write(row)
            @rows << row
            flush if @rows.size == Peer::BATCH
          end

          def close = flush

          private

          def flush
            OrderCopy.upsert_all(@rows, unique_by: :id) if @rows.any?
            @rows.clear
          end
        end

        def prepare
          @child.active_record
          super
        end

        def ends = [[Source, orders], [Destination]]
      end

      # The best ends that Ruby allows on PostgreSQL: no models, COPY to write. It can insert only.
      class KibaCopy < KibaJob
        # Rows of a query, one at a time, with numbers as numbers and the rest as the text that it is.
        class Source
          def initialize(connection, sql)
            @connection = connection
            @sql = sql
          end

          def each(&)
            @connection.type_map_for_results = numbers
            @connection.send_query(@sql)
            @connection.set_single_row_mode
            while (result = @connection.get_result)
              result.check
              result.stream_each(&)
            end
          end

          private

          def numbers
            PG::TypeMapByOid.new.tap do |map|
              [PG::TextDecoder::Integer.new(oid: 20), PG::TextDecoder::Integer.new(oid: 23), PG::TextDecoder::Numeric.new(oid: 1700)]
                .each { |decoder| map.add_coder(decoder) }
            end
          end
        end

        # One COPY, committed at the end.
        class Destination
          def initialize(connection, columns)
            @connection = connection
            @columns = columns
            @connection.exec("COPY order_copies (#{columns.join(", ")}) FROM STDIN")
            @encoder = PG::TextEncoder::CopyRow.new
          end

          def write(row) = @connection.put_copy_data(row.values_at(*@columns), @encoder)

          def close
            @connection.put_copy_end
            @connection.get_last_result
          end
        end

        def ends
          source, sink = @child.configs.map { |config| @child.pg(config) }
          [[Source, source, "SELECT * FROM orders WHERE id <= #{@child.upto} ORDER BY id"], [Destination, sink, @child.columns]]
        end
      end
    end
  end
end
