# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Arrays on their way into columns of arrays. A batch has them as JSON; what was read from such a column is text already.
      class Arrays
        # @param table [Table] of the sink
        # @param names [Array<String>] that rows bring
        # @return [Arrays, nil] nil where there is none
        def self.of(table, names)
          return unless table.dialect == :postgresql

          types = table.columns.select { |column| names.include?(column.name) }.to_h { |column| [column.name, Texts.bare(column.type)] }
          types.select! { |_name, type| Texts.array?(type) }
          new(types) if types.any?
        end

        # @param types [Hash{String => ::ActiveRecord::ConnectionAdapters::PostgreSQL::OID::Array}]
        def initialize(types)
          @types = types
        end

        # @param batch [Native::Batch]
        def call(batch)
          @types.each do |name, type|
            batch.live.zip(batch.values(name)) { |row, value| batch.set(row, name, Texts.array(type, value)) if value.is_a?(Array) }
          end
        end
      end
    end
  end
end
