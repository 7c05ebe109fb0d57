# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # The beginning of a file: what it says of the rest.
    class Head
      # So many bytes are looked at first.
      SIZE = 1 << 16
      # What begins so is no text, whatever the file is called.
      OTHERS = {
        "\x1F\x8B".b => "compressed (gzip), and nobody can go on in the middle of that. Decompress it first: gunzip -k %<name>s",
        "PK\x03\x04".b => "a ZIP archive, as spreadsheets are (.xlsx). Save it as text first",
        "\x28\xB5\x2F\xFD".b => "compressed (zstd), and nobody can go on in the middle of that. Decompress it first: unzstd %<name>s"
      }.freeze
      private_constant :OTHERS

      # @return [String] bytes
      attr_reader :bytes

      # @param input [Path, Stream, Attachment]
      # @raise [ConfigurationError] for a file that is no text
      def initialize(input)
        @input = input
        @bytes = input.read(0, SIZE)
        OTHERS.each { |mark, what| refuse(what) if @bytes.start_with?(mark) }
        @encoding, @skipped = Native::FileReader.order_mark(@bytes)
      end

      # @return [String, nil] what a byte order mark says
      attr_reader :encoding

      # @return [Integer] bytes of the byte order mark
      def skipped = @skipped || 0

      # Gives a reader the bytes behind the mark, piece by piece, until the block is content.
      # @param reader [Native::FileReader]
      # @yieldreturn [Boolean] whether they are enough
      # @return [Integer, nil] how many bytes of the file that were; nil where all of them are not enough
      def feed(reader, &enough)
        reader.seek(skipped, 1, "")
        reader.feed(@bytes.byteslice(skipped..))
        read = @bytes.bytesize
        until enough.call
          piece = @input.read(read, Input::PIECE)
          return last(reader, read, &enough) if piece.empty?

          reader.feed(piece)
          read += piece.bytesize
        end
        read
      end

      private

      def last(reader, read)
        reader.finish
        read if yield
      end

      def refuse(what)
        raise ConfigurationError, "#{@input.name} is #{format(what, name: @input.name)}"
      end
    end
  end
end
