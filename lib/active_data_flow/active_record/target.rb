# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The sink's side of every statement: quoted names of what is written, compared and moved.
    class Target
      # What PostgreSQL has no equality for, or one that says something else: boxes are equal to it when their areas are.
      TEXTUAL = /\A(json|xml|point|polygon|box|circle|path|line|lseg)(\[\])?\z/
      private_constant :TEXTUAL

      # @return [Symbol] what becomes of the rows that are there: a mirror writes as an upsert
      attr_reader :mode
      # @return [Array<String>] the columns that rows bring, as the sink calls them
      attr_reader :columns
      # @return [Array<String>, nil]
      attr_reader :key
      # @return [SinkEnd]
      attr_reader :sink

      # @param sink [SinkEnd]
      # @param columns [Array<String>] that rows bring
      # @param mode [Symbol]
      def initialize(sink, columns, mode)
        @sink = sink
        @columns = columns
        @mode = (mode == :mirror) ? :upsert : mode
        @key = sink.key
        @quoted = sink.table.with_connection do |connection|
          @now = now_of(connection)
          @class_name = connection.quote(sink.table.model.sti_name) if sink.table.model.finder_needs_type_condition?
          (columns + sink.table.column_names).uniq.to_h { |name| [name, connection.quote_column_name(name)] }
        end
      end

      # @return [String] quoted name of the table
      def table = @sink.table.quoted_name

      # @return [String] SQL of the present moment, as `upsert_all` writes it
      attr_reader :now

      # @return [Array<String, nil>] the database's types of {#columns}; nil for what only the model knows
      def types = @columns.map { |name| @sink.table.column(name)&.sql_type }

      # @return [Array<String>] columns beside the key: what an update assigns and compares
      def updated = @columns - (@key || [])

      # @return [Array<String>]
      def column_list = quote(@columns)

      # @return [Array<String>] columns that a new row gets from us: timestamps, and the class of its record
      def created_list = quote(@sink.own_columns(@columns))

      # @return [Array<String>] SQL of what they get
      def created_values = @sink.own_timestamps(@columns).map { now } + @sink.own_class(@columns).map { @class_name }

      # @return [String]
      def key_list = quote(@key).join(", ")

      # @return [Array<String>] p."a", p."b"
      def columns_of(name) = column_list.map { |column| "#{name}.#{column}" }

      # @return [String]
      def key_of(name) = quote(@key).map { |column| "#{name}.#{column}" }.join(", ")

      # @return [KeyEquality]
      def equality = @sink.equality

      # @return [String] s."id" = p."id" AND ...
      def same_key(one, other) = @key.map { |name| "#{one}.#{@quoted[name]} = #{other}.#{@quoted[name]}#{equality.say(name)}" }.join(" AND ")

      # @param from [String] name of the table with the new values
      # @param to [String] what stands before a column where its name alone is not enough
      # @return [String] "a" = p."a", ..., "updated_at" = now
      def assignments(from, to: "")
        own = quote(updated.empty? ? @key.take(1) : updated).map { |column| "#{to}#{column} = #{from}.#{column}" }
        moved = quote(@sink.moving_timestamps(@columns)).map { |column| "#{to}#{column} = #{now}" }
        (own + moved).join(", ")
      end

      # Looks rows up by the index, whatever the database thinks of the page.
      # @param page [String] name of the table or CTE with the keys, or a query in parentheses
      # @return [String] SQLite's statement that deletes their rows
      def delete(page)
        keys = quote(@key).map { |name| "s.#{name}" }.join(", ")
        "DELETE FROM #{table} WHERE (#{key_list}) IN (SELECT #{keys} FROM #{page} p CROSS JOIN #{table} s WHERE #{same_key("s", "p")})"
      end

      # @return [String] whether a row would change
      def differs(one, other)
        return "1 = 0" if updated.empty?
        return "(#{comparable(one).join(", ")}) IS DISTINCT FROM (#{comparable(other).join(", ")})" if @sink.dialect == :postgresql

        pairs = comparable(one).zip(comparable(other))
        return "NOT (#{pairs.map { |here, there| "#{here} <=> #{there}" }.join(" AND ")})" if @sink.dialect == :mysql

        pairs.map { |here, there| "#{here} IS NOT #{there}" }.join(" OR ")
      end

      # @param names [Array<String>]
      # @return [Array<String>]
      def quote(names) = names.map { |name| @quoted[name] }

      private

      def comparable(name)
        updated.map { |column| comparable_column("#{name}.#{@quoted[column]}", @sink.table.column(column).sql_type) }
      end

      # For MySQL texts are equal that a collation takes for the same; their bytes are not.
      def comparable_column(sql, type)
        return "#{sql}::text" if @sink.dialect == :postgresql && type.match?(TEXTUAL)
        return "CAST(CONVERT(#{sql} USING utf8mb4) AS BINARY)" if @sink.dialect == :mysql && type.match?(/char|text|\A(enum|set)/i)

        sql
      end

      # The zone of MySQL's sessions is anything, and ActiveRecord lets it be.
      def now_of(connection)
        return "UTC_TIMESTAMP(6)" if @sink.dialect == :mysql

        connection.respond_to?(:high_precision_current_timestamp) ? connection.high_precision_current_timestamp.to_s : "CURRENT_TIMESTAMP"
      end
    end
  end
end
