# frozen_string_literal: true

require_relative "from_file"

module ActiveDataFlow
  module Connector
    class Source
      # Rows of a CSV file. All values are text; a field that is empty is NULL, and one that is empty in quotes an empty text.
      #
      #   source { ActiveDataFlow::CSVSource.new("imports/contacts.csv", col_sep: ";", encoding: "Windows-1252") }
      #   source { ActiveDataFlow::CSVSource.new(upload.file) }
      #
      # A flow that is resumed goes on at the byte where it stopped. A line that is no row, has more or fewer fields than
      # there are columns, or bytes that are no text in the file's encoding, is put aside by the flow's `on_error`.
      class CSV < FromFile
        # @return [String, IO, Object] as it was given
        attribute :file
        # @return [true, Array<String, Symbol>] true: the first line has the names of the columns; else these are they
        attribute :headers, default: true
        # @return [String] one ASCII character
        attribute :col_sep, default: ","
        # @return [String, nil] one ASCII character; nil: no field is in quotes
        attribute :quote_char, default: '"'
        # @return [String] a byte order mark in the file says more
        attribute :encoding, default: "UTF-8"

        # @param given [String, Pathname, IO, Object] the file: its path, an IO, or an attachment of ActiveStorage
        # @param options [Hash] `headers:`, `col_sep:`, `quote_char:` and `encoding:`
        # @raise [ArgumentError] for what cannot be
        def initialize(given = nil, **options)
          options[:encoding] = options[:encoding].to_s if options.key?(:encoding)
          super
          refuse_headers if headers != true && (!headers.is_a?(Array) || headers.empty?)
          native(encoding) # refuses what it does not take
        end

        # @return [Array<String>] the names of the columns
        # @raise [ConfigurationError] where the file does not say them, or not clearly
        def columns
          return given_names if given_names.any?

          opened { |native, input, *| native.names.tap { input.close } }
        end

        private

        def given_names = @given_names ||= (headers == true) ? [] : headers.map(&:to_s)

        def native(encoding) = Native::FileReader.csv(given_names, col_sep, quote_char, encoding)

        def encoding_of(head) = Native::FileReader.encoding(head.encoding || encoding)

        # @yield once the columns are known
        def opened
          input = input()
          head = Files::Head.new(input)
          native = native(encoding_of(head))
          read = head.feed(native) { given_names.any? || names?(native, input) } or refuse(input, "has no line with the names of its columns")
          check_names(native.names, input)
          yield(native, input, head, read)
        end

        def names?(native, input)
          native.read_names
        rescue ArgumentError => error
          refuse(input, "does not say what its columns are called: #{error.message}")
        end

        def check_names(names, input)
          blank = names.index(&:empty?)
          refuse(input, "has no name for its column #{blank + 1}") if blank
          twice = names.tally.find { |_name, count| count > 1 }&.first
          refuse(input, "has two columns that are called #{twice}") if twice
        end

        def refuse(input, what)
          raise ConfigurationError, "#{input.name} #{what}. Where its first line is none of names, or not a good one, write: headers: [:number, :name, ...]"
        end

        def refuse_headers
          raise ArgumentError, "headers: is true, for a first line with the names of the columns, or an Array of these names, not #{headers.inspect}"
        end
      end
    end
  end

  CSVSource = Connector::Source::CSV
end
