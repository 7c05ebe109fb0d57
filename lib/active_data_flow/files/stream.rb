# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # Something that is open already: a file, a StringIO, an upload, or a pipe, of which each byte comes once.
    class Stream
      # @return [String]
      attr_reader :name

      # @param io [#read]
      def initialize(io)
        @io = io
        path = io.path if io.respond_to?(:path)
        @name = path.is_a?(String) ? ::File.basename(path) : io.class.name
        @at = nil
        @head = nil
      end

      # @return [Integer, nil] bytes; nil where nobody knows
      def size
        return @io.stat.file? ? @io.stat.size : nil if @io.respond_to?(:stat)

        @io.size if @io.respond_to?(:size)
      end

      # @return [Integer] microseconds since the epoch; 0 where nobody knows
      def modified = (@io.respond_to?(:stat) && @io.stat.file?) ? (@io.stat.mtime.to_r * 1_000_000).to_i : 0

      # (see Path#read)
      # @raise [ConfigurationError] for bytes of a pipe that have passed
      def read(offset, length)
        return again(offset, length) if @head && offset < @head.bytesize

        seek(offset) unless @at == offset
        bytes = @io.read(length)&.b || ""
        @head = bytes if @piped && @head.nil?
        @at = offset + bytes.bytesize
        bytes
      end

      # (see Path#identity)
      def identity = {"io" => @io.class.name, "name" => @name}

      # It is not ours to close.
      # @return [void]
      def close
        @at = nil unless @piped
      end

      private

      # Where it can be sought in, the place is nobody's but ours.
      def seek(offset)
        @io.seek(offset)
      rescue NoMethodError, Errno::ESPIPE
        @piped = true
        @at ||= 0
        refuse(offset) unless offset == @at
      end

      # Of a pipe the first piece is kept: it is looked at before the run, and by it.
      def again(offset, length) = @head.byteslice(offset, length)

      def refuse(offset)
        raise ConfigurationError, "#{@name} is a pipe, whose bytes come once: there is no going back to byte #{offset}. " \
          "Write it to a file first, and read that one"
      end
    end
  end
end
