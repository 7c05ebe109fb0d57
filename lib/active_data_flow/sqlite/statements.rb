# frozen_string_literal: true

module ActiveDataFlow
  module Sqlite
    # The SQL texts that a {Writer} needs. `?1` is the first of the columns in each of them.
    class Statements
      # @param table [String, Symbol]
      # @param columns [Array<String, Symbol>] that are written, those of the key among them
      # @param key [Array<String, Symbol>] what a row is found by; there is a unique index on it
      # @param update [Array<String, Symbol>] what an update changes
      # @param quoting an adapter of ActiveRecord, or whatever else has `quote_table_name` and `quote_column_name`
      def initialize(table, columns, quoting:, key: [], update: columns - key)
        @table = quoting.quote_table_name(table.to_s)
        @places = columns.each_with_index.to_h do |name, place|
          [name, [quoting.quote_column_name(name.to_s), "?#{place + 1}"]]
        end
        @key = key.map { |name| column(name) }
        @update = update.map { |name| column(name) }
      end

      # @param mode [Symbol] see {Door#writer}
      # @return [Hash{Symbol => String, nil}] for {Door#writer}
      def for(mode)
        case mode
        when :insert then {insert:}
        when :insert_only then {insert: "#{insert} ON CONFLICT DO NOTHING"}
        when :upsert then {insert: "#{insert} ON CONFLICT (#{@key.map(&:first).join(", ")}) DO NOTHING", update: update}
        when :update_only then {update:, probe: "SELECT 1 FROM #{@table} WHERE #{match}"}
        else raise ArgumentError, "rows are not written by #{mode.inspect}; write :insert, :insert_only, :upsert or :update_only"
        end
      end

      private

      def column(name)
        @places.fetch(name) { raise ArgumentError, "#{name.inspect} is not among the columns #{@places.keys.inspect}" }
      end

      def insert
        "INSERT INTO #{@table} (#{@places.values.map(&:first).join(", ")}) VALUES (#{@places.values.map(&:last).join(", ")})"
      end

      # A row that has all the values stays as it is: no page is written, no trigger runs.
      def update
        return if @update.empty?

        values = @update.map { |name, place| "#{name} = #{place}" }.join(", ")
        differs = @update.map { |name, place| "#{name} IS NOT #{place}" }.join(" OR ")
        "UPDATE #{@table} SET #{values} WHERE #{match} AND (#{differs})"
      end

      def match = @key.map { |name, place| "#{name} = #{place}" }.join(" AND ")
    end
  end
end
