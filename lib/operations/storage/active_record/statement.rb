# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # One statement, written with `:name` for its values and prepared once per connection: parsing and planning take
      # longer than one row does.
      class Statement
        # Not a PostgreSQL cast, not a time of day.
        PLACE = /(?<![:\w]):([a-z_]+)/
        NAME = "Operations task"
        private_constant :PLACE, :NAME

        # @param dialect [Dialect] which knows how a value's place is written
        def initialize(sql, dialect)
          @names = []
          @text = sql.gsub(PLACE) { dialect.place(number($1.to_sym)) }.freeze
        end

        # Its answer, read to the end, and never out of a query cache.
        # @param values [Hash{Symbol => Object}] may have more than the statement asks for
        # @return [Array<Array>]
        def rows(connection, values)
          binds = @names.map { |name| values.fetch(name) }
          connection.exec_query(@text, NAME, binds, prepare: connection.prepared_statements?).rows
        end

        # @return [Array, nil]
        def row(connection, values) = rows(connection, values).first

        private

        def number(name) = (@names.index(name) || @names.push(name).size - 1) + 1
      end
    end
  end
end
