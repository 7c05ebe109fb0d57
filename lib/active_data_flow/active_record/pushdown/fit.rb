# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # Whether the database would store the same values as we do, or refuse the same rows: where it would convert of its
      # own accord, rows have to come through our strict casts.
      module Fit
        # What a computed value may be stored as.
        FAMILIES = {
          "boolean" => /\Abool/i, "integer" => /int|numeric|decimal/i, "decimal" => /numeric|decimal/i, "float" => /double|float8|\Afloat\z/i,
          "string" => /text|char|string/i, "date" => /\Adate\z/i, "datetime" => /timestamp|datetime/i, "time" => /\Atime\b/i,
          "uuid" => /\Auuid\z/i, "json" => /\Ajsonb?\z/i, "binary" => /bytea|blob/i, "null" => //
        }.freeze
        private_constant :FAMILIES

        module_function

        # @param path [Pushdown]
        # @return [String, nil]
        def reason(path)
          path.names.each do |name|
            found = column_reason(path, name)
            return found if found
          end
          key_reason(path)
        end

        def column_reason(path, name)
          theirs = path.sink.table.column(name).sql_type
          ours = path.as_it_is(name)
          return "#{name} is rounded to #{theirs}, which SQLite does not do" if path.sink.dialect == :sqlite && path.rounded?(name)
          return if ours ? same?(ours.sql_type, theirs) : FAMILIES[path.query[:kinds][name].to_s]&.match?(theirs)

          "#{name} is #{ours&.sql_type || path.query[:kinds][name]} and becomes #{theirs}"
        end

        # Lengths are the database's to check: it refuses what does not fit, as we do.
        def same?(one, other) = base(one) == base(other)

        def base(type)
          type.to_s.downcase.sub(/\(.*?\)/, "").strip.sub(/\A(character varying|varchar|text|string)\z/, "text").sub(/\A(integer|bigint|smallint|int)\z/, "integer")
            .sub(/\Adatetime\z/, "timestamp without time zone").sub(/\Adecimal\z/, "numeric")
        end

        # Two rows of one window with the same key would meet in one statement.
        def key_reason(path)
          key = path.sink.key or return
          source = path.source.table
          columns = key.map { |name| path.untouched(name)&.name }
          return "the key #{key.join(", ")} is not unique in #{source.name}" unless columns.all? && path.source.plain? && source.unique?(columns)
          return if path.sink.equality.keeps_apart?(KeyEquality.new(source, columns))

          "#{key.join(", ")} is compared in another way in #{path.sink.table.name} than in #{source.name}"
        end
        private_class_method :column_reason, :same?, :base, :key_reason
      end
    end
  end
end
