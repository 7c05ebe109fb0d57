# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # A file, read into one batch after the other.
    class Pages
      # @return [Array<Array(Integer, String, String)>] the rows of the batch that could not be read: number, column (or nil)
      #   and what is wrong
      attr_reader :bad

      # @param native [Native::FileReader] that has been given the first bytes, as far as the columns are on them
      # @param input [Path, Stream, Attachment]
      # @param head [Head]
      # @param read [Integer] how many bytes that were
      # @param encoding [String] of the file
      # @param after [Array, nil] the place behind which to go on, as it was stored
      # @raise [SourceChanged]
      def initialize(native, input, head:, read:, encoding:, after: nil)
        @native = native
        @input = input
        @encoding = ruby_encoding(encoding)
        @size, @modified = input.size, input.modified
        @read = read
        go_on(Place.new(*after), head) if after
      end

      # @return [Array<String>] the columns of the batch that comes next
      def names
        read_more until @native.look
        @native.names
      end

      # @return [Array<String>] the last of these, where its rows do not bring them
      def lacking = @native.names.drop(@native.brought)

      # @return [Boolean] whether there is nothing behind the last batch
      def ended? = @ended == true

      # Puts the next rows into the batch, as many as it may have.
      # @param batch [Native::Batch]
      # @param limit [Integer]
      # @return [Boolean] whether there were any
      def fill(batch, limit)
        return false if @ended

        @native.begin_page
        read_more while (wants = @native.take(batch, limit)) == :bytes
        @ended = wants.nil? || @native.done?
        @bad = @native.bad
        batch.size.positive?
      end

      # @param row [Integer] of the batch
      # @return [String] the place behind it
      def position(row)
        byte, line, mark = @native.behind(row)
        Place.new(byte:, line:, size: @size, modified: @modified, mark:).to_s
      end

      # @param row [Integer] of the batch
      # @return [Origin]
      def origin(row)
        line = @native.line(row)
        Origin.new(line:, raw: text(@native.raw(row)), row_ref: "#{@input.name[0, 200]}:#{line}", read: @bad.none? { |other, *| other == row })
      end

      # @return [void]
      def close = @input.close

      private

      def go_on(place, head)
        begin_at = [place.byte - Native::FileReader::TAIL, head.skipped].max
        before = @input.read(begin_at, place.byte - begin_at)
        @native.seek(place.byte, place.line, before)
        @read = place.byte
        place.confirm(@input, @native.mark)
        place.refuse_torn(@input) unless whole?(before)
      end

      # The last line of a file may be read before whoever writes it has come to its end.
      def whole?(before)
        ends = ["\n", "\r"].map { |character| character.encode(@encoding).b }
        return true if before.empty? || before.b.end_with?(*ends)

        behind = @input.read(@read, ends.first.bytesize)
        behind.empty? || ends.include?(behind.b)
      end

      def read_more
        piece = @input.read(@read, Input::PIECE)
        piece.empty? ? @native.finish : @native.feed(piece)
        @read += piece.bytesize
      end

      # Bytes that are no text are shown by their numbers.
      def text(bytes)
        raw = bytes.force_encoding(@encoding)
        raw = raw.scrub { |broken| broken.bytes.map { |byte| format("\\x%02X", byte) }.join.force_encoding(@encoding) } if @encoding.ascii_compatible?
        raw.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).chomp
      end

      def ruby_encoding(name)
        Encoding.find(name)
      rescue ArgumentError
        Encoding::BINARY
      end
    end
  end
end
