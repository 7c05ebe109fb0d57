# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Reads pages as COPY, in the binary form: what passes through untouched is never text, and never a Ruby object.
      class CopyReader < Reader
        def initialize(source, **options)
          super
          @types = @columns.map { |column| Binary.type?(column.sql_type) ? column.sql_type : "text" }
        end

        private

        def page_sql(limit, only: nil) = @source.page_sql(after: @after, upto: @upto, limit:, columns: select_list, only:)

        def fill(connection, sql, batch, _limit)
          decoder = Native::CopyReader.new(@types)
          Raw.reading(connection) do |raw|
            raw.copy_data("COPY (#{sql}) TO STDOUT (FORMAT binary)") do
              while (row = raw.get_copy_data)
                decoder.feed(row, batch)
              end
            end
          end
        end

        def select_list
          @select_list ||= @columns.map { |column| Binary.type?(column.sql_type) ? @source.quoted(column.name) : "#{@source.quoted(column.name)}::text" }
        end
      end
    end
  end
end
