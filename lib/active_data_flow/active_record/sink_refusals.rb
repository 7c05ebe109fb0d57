# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # What a table does not take, said before the first row, with what to write instead.
    module SinkRefusals
      private

      def checked_key(names)
        return if names.empty? && @line.mode == :insert && @line.key.nil?

        refuse("writes #{@table.name}, which has no primary key. Write: sink ..., key: [:a, :b] with unique columns") if names.empty?
        missing = names.find { |name| @table.column(name).nil? }
        refuse("writes #{@table.name} by :#{missing}, which is no column there; it has #{Operations::Spelling.list(@table.column_names)}.#{Operations::Spelling.hint(missing, @table.column_names)}") if missing
        @table.unique?(names) ? names : refuse_key(names, "which is not unique there")
      end

      # What a database does where a key is there already, it does for one of its unique indexes.
      def refuse_wider_key
        return if @table.unique_keys.any? { |names| names.sort == @key.sort }

        refuse_key(@key, "and no unique index there is on just these")
      end

      def refuse_key(names, reason)
        keys = @table.unique_keys
        refuse("writes #{@table.name} by #{shown(names)}, #{reason}. " \
          "#{keys.empty? ? "Nothing is" : "Unique are #{keys.map { |key| shown(key) }.join(", ")}"}. " \
          "Use one, or add_index :#{@table.name}, #{(names.size == 1) ? ":#{names.first}" : shown(names)}, unique: true.")
      end

      # Whoever gives a bound expects that something is deleted.
      def refuse_bound(mode)
        bound = @line.max_deletes
        return if bound.nil? || bound == :by_mode || %i[mirror delete].include?(mode)

        refuse("writes #{@table.name} in mode :#{mode}, which deletes nothing, so max_deletes: #{bound} says nothing. Write: mode: :mirror, or leave it out")
      end

      def refuse_extra(outputs, extra, from)
        generated, lacking = extra.partition { |name| @table.column(name) }
        reasons = []
        reasons << "has no column#{"s" unless lacking.one?} #{lacking.join(", ")}" if lacking.any?
        reasons << "generates #{generated.join(", ")} itself" if generated.any?
        raise ColumnMismatch, "#{@table.name} #{reasons.join(", and ")} (from #{from}). #{what_to_keep(outputs - extra, lacking)}"
      end

      # Where nothing fits, the columns are called otherwise; or they are one, since a file has another separator.
      def what_to_keep(kept, lacking)
        return "Write: keep #{kept.map { |name| ":#{name}" }.join(", ")}" if kept.any?

        separator = lacking.first[/[,;|\t]/] if lacking.one?
        "It has #{Operations::Spelling.list(@table.column_names)}. Write: #{separator ? "col_sep: #{separator.inspect}" : "rename #{lacking.first.inspect} => ..."}"
      end

      def refuse_missing_key(outputs)
        missing = needed_key - outputs
        return if missing.empty?

        refuse("writes #{@table.name} by #{shown(@key)}, but the rows bring no #{missing.join(", ")}. " \
          "Write: set or rename a column to it, or sink ..., key: another one")
      end

      def refuse_unset(outputs)
        column = columns.find { |one| !one.null && !one.default && !outputs.include?(one.name) && !own_columns(outputs).include?(one.name) }
        return unless column

        raise ColumnMismatch, "#{@table.name}.#{column.name} is NOT NULL without a default and nothing sets it. " \
          "Write: set #{column.name}: #{example(column)}"
      end

      def example(column)
        case column.sql_type
        when /int|numeric|decimal|float|real|double/i then "0"
        when /bool/i then "false"
        when /date|time/i then "-> { Time.now }"
        else "\"new\""
        end
      end

      def shown(names) = names.map(&:to_sym).inspect

      def refuse(text) = raise(ConfigurationError, "#{Flow.label(@flow.class)} #{text}")
    end
  end
end
