# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # InnoDB, where no UPDATE answers with its rows. Of what has to be known of them is asked first, by a look that locks
      # them: until the commit nobody else changes what the UPDATE will make of it.
      class MySQL < Dialect
        include ActiveDataFlow::RunStore::Moments::MySQL

        # (see Dialect#statement)
        def statement(form)
          case form
          when Insert then Inserting.new(form)
          when Change then Changing.new(form)
          else Written.new(form)
          end
        end

        # A table that is changed cannot be looked at in the same statement. What points nowhere is refused by the foreign key,
        # and {Changing} mends that.
        def parent = ":parent"

        # Most collations have texts for the same that differ in case, accents or blanks at the end.
        def exactly(column) = "CAST(#{column} AS BINARY)"

        # A transaction of the application's goes on seeing what there was at its beginning.
        def as_it_is_now = " FOR UPDATE"

        def seconds_since(moment) = "TIMESTAMPDIFF(MICROSECOND, #{moment}, #{now}) / 1000000"

        # A statement with its values written into it: trilogy prepares none, and mysql2 only where it is told to.
        class Written < Statement
          # @param sql [String]
          def initialize(sql) = @sql = sql

          # (see Statement#value)
          def value(connection, values) = row(connection, values)&.first

          private

          def ask(connection, values) = connection.exec_query(written(connection, values), LABEL)
        end

        # A key that is taken ends this statement, and no transaction. (IGNORE would pass over other errors as well.)
        class Inserting < Written
          # @param insert [Insert]
          def initialize(insert) = super(insert.sql)

          # (see Statement#rows)
          def rows(connection, values)
            made = connection.insert(written(connection, values), LABEL, "id")
            [[values[:id] || made]]
          rescue ::ActiveRecord::RecordNotUnique
            []
          end
        end

        # Rows are entered by their ids: by another index two of these would lock in different orders.
        class Changing < Written
          BY_ID = "FORCE INDEX (PRIMARY)"
          private_constant :BY_ID

          # @param change [Change]
          def initialize(change)
            super(change.sql.sub(Columns::TASKS) { "#{Columns::TASKS} #{BY_ID}" })
            @change = change
            @look = look
          end

          # (see Statement#rows)
          def rows(connection, values)
            changed(connection, values)
          rescue ::ActiveRecord::InvalidForeignKey
            raise unless @change.sets[:parent_id] && values[:parent]

            changed(connection, {**values, parent: nil}) # it was deleted meanwhile
          end

          private

          def look
            afterwards = @change.returning.split(", ").map { |column| @change.sets.fetch(column.to_sym, column) }
            table = (@change.rows == :some) ? Columns::TASKS : "#{Columns::TASKS} #{BY_ID}"
            "SELECT id, #{afterwards.join(", ")} FROM #{table} WHERE #{@change.where} FOR UPDATE#{" SKIP LOCKED" unless @change.rows == :one}"
          end

          # The clients that ActiveRecord uses count the rows that matched, not those that were changed.
          def changed(connection, values)
            return looked_at(connection, values) unless @change.rows == :one && @change.returning == "id"

            update(connection, @change.where, values).zero? ? [] : [[values.fetch(:id)]]
          end

          def looked_at(connection, values)
            whole(connection) do
              found = connection.exec_query(written(connection, values, @look), LABEL).rows
              update(connection, "id IN (#{found.map { |id,| connection.quote(id) }.join(", ")})", values) if found.any?
              found.map { |_id, *answer| answer }
            end
          end

          def update(connection, where, values) = connection.update(written(connection, values, "#{@sql} WHERE #{where}"), LABEL)

          # What other sessions commit is to be seen, and no gap between rows locked.
          def whole(connection, &)
            return yield if connection.transaction_open?

            ActiveDataFlow::ActiveRecord::Whole.transaction(connection, isolation: :read_committed, &)
          end
        end
        private_constant :Written, :Inserting, :Changing
      end
    end
  end
end
