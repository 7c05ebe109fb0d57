# frozen_string_literal: true

require_relative "../source"
require_relative "../../files"

module ActiveDataFlow
  module Connector
    class Source
      # What sources of files have in common: a file that is given as its path, as an IO, or as an attachment of
      # ActiveStorage, and is read from any row on without reading those before it.
      class FromFile < self
        # @param given [String, Pathname, IO, Object]
        # @param file [String, Pathname, IO, Object] the same
        # @param options [Hash] of the format
        # @raise [ArgumentError] for what is no file, and for an option that cannot be
        def initialize(given = nil, file: given, **options)
          file = file.to_path if Files::Input.path?(file)
          super(file:, **options)
          Files::Input.check(file)
        end

        # @param after [String, nil] the cursor of the last page
        # @param limit [Integer]
        # @return [Page]
        # @raise [RowError] for a row that cannot be read; in a flow that is put aside
        # @raise [SourceChanged] when it is not the same file any more
        def fetch(after:, limit:)
          pages = pages(after: after && Native.decode_position(after))
          batch = Native::Batch.new(pages.names)
          rows = pages.fill(batch, limit) ? rows_of(pages, batch) : []
          Page.new(rows, cursor: (pages.position(batch.size - 1) unless pages.ended?))
        ensure
          pages&.close
        end

        # (see Source#each)
        # @raise [RowError, SourceChanged] as {#fetch}
        def each(batch_size: 1000, start_id: nil)
          return enum_for(:each, batch_size:, start_id:) unless block_given?

          pages = pages(after: start_id && Native.decode_position(start_id))
          while pages.fill(batch = Native::Batch.new(pages.names), batch_size)
            rows_of(pages, batch).each { |row| yield row }
          end
        ensure
          pages&.close
        end

        # @private
        # @return [Files::SourceEnd]
        def source_end(line = nil) = Files::SourceEnd.new(self, line)

        # @private
        # @return [Files::Pages]
        def pages(after: nil)
          opened do |native, input, head, read|
            Files::Pages.new(native, input, head:, read:, encoding: encoding_of(head), after:)
          end
        end

        # @return [Array<String>, nil] the names of the columns; nil where only the rows know
        def columns = nil

        # @return [Integer, nil] bytes
        def size = with_input(&:size)

        # @return [Hash{String => Object}] the file, and how it is read
        def identity = {"class_name" => self.class.name, **plain(configuration.except(:file), :options), **with_input(&:identity)}

        def to_s = with_input(&:name)

        private

        # What was opened before has its own place in a pipe.
        def input
          @stream || Files::Input.of(file).tap { |input| @stream = input if input.is_a?(Files::Stream) }
        end

        def with_input
          input = input()
          yield(input)
        ensure
          input&.close
        end

        def rows_of(pages, batch)
          number, _column, reason = pages.bad.first
          if number
            origin = pages.origin(number)
            raise RowError.new("#{origin.row_ref} #{reason}", stage: :read, position: pages.position(number))
          end
          batch.hashes(0, batch.size - 1).map { |row| row.except(*pages.lacking).transform_keys(&:to_sym) }
        end
      end
    end
  end
end
