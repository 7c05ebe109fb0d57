# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # One statement of tasks. A write that answers with one value goes to the driver's own prepared statement: where values
      # are numbers and texts already, and the answer is a number, ActiveRecord's casting would be a good part of what the
      # whole transition costs. The connection stays ActiveRecord's: it verifies, counts, logs and words errors, and keeps the
      # statement among its own. What is out of the ordinary goes its way altogether: inside a transaction, under
      # `while_preventing_writes`, with comments in queries, without prepared statements.
      class Statement < ActiveDataFlow::RunStore::Statement
        LABEL = "Operations task" # in logs

        # @param connection of ActiveRecord
        # @param values [Hash{Symbol => Object}] texts, integers, nil; may have more than the statement asks for
        # @return [Object, nil] the first column of the row; nil when nothing matched
        def value(connection, values)
          return through_active_record(connection, values) unless ordinary?(connection)

          binds = binds(values)
          value = connection.send(:log, @text, @label, binds, binds) do
            connection.send(:with_raw_connection) { |raw| sent(connection, raw, binds).tap { connection.send(:verified!) } }
          end
          connection.clear_query_cache if connection.query_cache_enabled
          value
        end

        private

        def through_active_record(connection, values) = row(connection, values)&.first

        def ordinary?(connection)
          connection.prepared_statements? && !connection.transaction_open? && !connection.preventing_writes? && ::ActiveRecord.query_transformers.empty?
        end

        # By the sqlite3 gem. A statement ends, and its transaction with it, when it has no more rows.
        class SQLite < Statement
          private

          def sent(connection, raw, binds)
            statements = connection.instance_variable_get(:@statements)
            statement = (statements[@text] ||= raw.prepare(@text)).reset!
            index = 0
            binds.each { |bind| statement.bind_param(index += 1, text(bind)) }
            row = statement.step
            statement.step if row
            row&.first
          end

          # What is in no encoding (a host's name is not) would be stored as a blob, which equals no text.
          def text(bind) = (String === bind && bind.encoding == Encoding::BINARY) ? bind.encode(Encoding::UTF_8) : bind
        end

        # By the pg gem.
        class PostgreSQL < Statement
          # (see Statement#value)
          def value(connection, values)
            super
          rescue ::ActiveRecord::StatementInvalid => error
            raise unless error.cause.is_a?(::PG::FeatureNotSupported)

            through_active_record(connection, values) # a column has another type now: it prepares again
          end

          private

          def sent(connection, raw, binds)
            answer = raw.exec_prepared(connection.send(:prepare_statement, @text, binds, raw), binds)
            answer.getvalue(0, 0) unless answer.ntuples.zero?
          end
        end
      end
    end
  end
end
