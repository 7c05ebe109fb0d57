# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # One statement, written with `:name` for its values and prepared once per connection: parsing and planning take
    # longer than one row does. Its answer is read to the end, and never comes out of a query cache. Where nothing is prepared
    # the values stand in it: before Rails 8 the adapters leave away what is bound then.
    class Statement
      # Not a PostgreSQL cast, not a time of day.
      PLACE = /(?<![:\w]):([a-z_]+)/

      # @param sql [String]
      # @param label [String] for logs
      # @yieldparam number [Integer] of a value
      # @yieldreturn [String] how the database writes its place
      def initialize(sql, label)
        @sql = sql
        @label = label
        @names = []
        @text = sql.gsub(PLACE) { yield number($1.to_sym) }.freeze
      end

      # @param connection of ActiveRecord
      # @param values [Hash{Symbol => Object}] may have more than the statement asks for
      # @return [Array<Hash{String => Object}>]
      def hashes(connection, values) = ask(connection, values).to_a

      # (see #hashes)
      # @return [Array<Array>]
      def rows(connection, values) = ask(connection, values).rows

      # (see #hashes)
      # @return [Array, nil]
      def row(connection, values) = rows(connection, values).first

      private

      def ask(connection, values)
        return connection.exec_query(written(connection, values), @label) unless connection.prepared_statements?

        connection.exec_query(@text, @label, binds(values), prepare: true)
      end

      def binds(values) = @names.map { |name| values.fetch(name) }

      def written(connection, values, sql = @sql) = sql.gsub(PLACE) { connection.quote(values.fetch($1.to_sym)) }

      def number(name) = (@names.index(name) || @names.push(name).size - 1) + 1
    end
  end
end
