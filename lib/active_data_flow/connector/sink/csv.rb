# frozen_string_literal: true

require_relative "to_file"

module ActiveDataFlow
  module Connector
    class Sink
      # A CSV file in UTF-8, with the names of the columns on its first line.
      #
      #   sink { ActiveDataFlow::CSVSink.new("exports/orders.csv", col_sep: ";") }
      #
      # NULL is an empty field and an empty text `""`, as {Source::CSV} reads them. Moments are in UTC, bytes `\x` and their
      # hexadecimal digits. The columns are those of the first row; a row that brings more is put aside by the flow's `on_error`.
      class CSV < ToFile
        # @return [String]
        attribute :path
        # @return [Boolean] whether the first line has the names of the columns
        attribute :headers, default: true
        # @return [String] one ASCII character
        attribute :col_sep, default: ","
        # @return [String] one ASCII character
        attribute :quote_char, default: '"'

        # @param given [String, Pathname] the path that the file has in the end
        # @param options [Hash] `headers:`, `col_sep:` and `quote_char:`
        # @raise [ArgumentError] for what cannot be
        def initialize(given = nil, **options)
          super
          Native::FileReader.csv([], col_sep, quote_char, "UTF-8") # refuses what it does not take
        end

        # (see ToFile#checkpoint)
        def checkpoint = super.merge("columns" => @columns)

        # (see ToFile#resume)
        def resume(checkpoint)
          super
          @columns = checkpoint&.fetch("columns")
        end

        # (see ToFile#complete)
        def complete
          append("", @expected) if @expected # a file without rows has its names all the same
          super
          @columns = nil
        end

        # (see ToFile#expect)
        def expect(names)
          @expected = names
        end

        # (see ToFile#text_of)
        def text_of(batch, names, first = names)
          columns = @columns || first
          stranger = (names - columns).first
          return ["", refused(batch, stranger, columns)] if stranger

          (columns - names).each { |name| batch.overlay(name) }
          batch.csv_lines(columns, col_sep, quote_char)
        end

        # (see ToFile#append)
        def append(text, names)
          header = header_of(names) if headers && @columns.nil?
          @columns ||= names
          super("#{header}#{text}", names)
        end

        private

        def header_of(names)
          Native::Batch.new(names).tap { |batch| batch.push_row(names) }.csv_lines(names, col_sep, quote_char).first
        end

        def refused(batch, stranger, columns)
          batch.live.map { |row| [row, stranger, "#{stranger} is none of the file's columns, which are #{columns.join(", ")}"] }
        end
      end
    end
  end

  CSVSink = Connector::Sink::CSV
end
