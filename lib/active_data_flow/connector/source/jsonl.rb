# frozen_string_literal: true

require_relative "from_file"

module ActiveDataFlow
  module Connector
    class Source
      # Rows of a file with a JSON object on each line, in UTF-8.
      #
      #   source { ActiveDataFlow::JSONLSource.new("exports/events.jsonl") }
      #
      # Numbers with a point are decimals, exact to the last digit; lists and objects inside of a row are JSON. A row keeps in the
      # sink what it does not bring. A line that is no object is put aside by the flow's `on_error`.
      class JSONL < FromFile
        # @return [String, IO, Object] as it was given
        attribute :file

        # @param given [String, Pathname, IO, Object] the file: its path, an IO, or an attachment of ActiveStorage
        def initialize(given = nil, **options)
          super
        end

        private

        def encoding_of(_head) = "UTF-8"

        def opened
          input = input()
          head = Files::Head.new(input)
          refuse(input, head.encoding) unless [nil, "UTF-8"].include?(head.encoding)
          native = Native::FileReader.json_lines
          yield(native, input, head, head.feed(native) { true })
        end

        def refuse(input, encoding)
          raise ConfigurationError, "#{input.name} is #{encoding}; JSON is UTF-8. Write: iconv -f #{encoding} -t UTF-8"
        end
      end
    end
  end

  JSONLSource = Connector::Source::JSONL
end
