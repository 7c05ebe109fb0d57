# frozen_string_literal: true

module ActiveDataFlow
  # Checksums of what is too long to compare: {ActiveDataFlow.checksum}.
  module Checksum
    # Bytes at once: a fraction of a millisecond, after which other threads may run.
    PIECE = 1 << 20

    module_function

    # @param content [String, Pathname, IO, #read]
    # @return [String] 32 hex digits
    def of(content)
      return of_text(content) if content.is_a?(String)
      return of_stream(content) if content.is_a?(IO) || (content.respond_to?(:read) && !content.respond_to?(:to_path))
      return File.open(content.to_path, "rb") { |file| of_stream(file) } if content.respond_to?(:to_path)

      raise TypeError, "a checksum is taken of a String (its bytes), a Pathname (the file there) or an IO (from where it stands to its end), " \
        "not of #{Operations::Spelling.article(content.class)}. Write: ActiveDataFlow.checksum(Pathname(path))"
    end

    def of_text(text)
      return summed { |sum| sum.update(text) } if text.bytesize <= PIECE

      summed { |sum| 0.step(text.bytesize - 1, PIECE) { |at| sum.update(text.byteslice(at, PIECE)) } }
    end

    def of_stream(stream)
      piece = +""
      summed { |sum| sum.update(piece) while stream.read(PIECE, piece) }
    end

    def summed
      sum = Native::Checksum.new
      yield sum
      sum.hex
    end
    private_class_method :of_text, :of_stream, :summed
  end

  # The xxh3-128 checksum of a content, as `xxh128sum` prints it: quick, the same in every process and on every machine,
  # and no protection against somebody who wants two contents to look the same. Whatever its length, a megabyte of it is
  # in memory at a time.
  #
  #   ActiveDataFlow.checksum("text")                # of its bytes, whatever the encoding
  #   ActiveDataFlow.checksum(Pathname("a/file"))    # of the file there
  #   ActiveDataFlow.checksum(upload)                # of an IO, from where it stands to its end
  #
  # @param content [String, Pathname, IO, #read]
  # @return [String] 32 hex digits
  # @raise [TypeError] for anything else
  # @raise [SystemCallError] when the file cannot be read
  def self.checksum(content) = Checksum.of(content)
end
