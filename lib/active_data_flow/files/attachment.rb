# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # An attachment or a blob of ActiveStorage, wherever its service keeps it. It is read in ranges and never held as a whole.
    class Attachment
      # @param given [Object]
      # @return [Boolean]
      def self.of?(given) = WAYS.any? { |names| names.all? { |name| given.respond_to?(name) } }

      # By what one is known: `has_one_attached`, an attachment of several, or a blob.
      WAYS = [%i[attached?], %i[blob], %i[service key byte_size checksum]].freeze
      private_constant :WAYS

      # @param given [Object] an attachment, or a blob
      # @raise [ConfigurationError] where nothing is attached, or several files may be
      def initialize(given)
        raise ConfigurationError, "nothing is attached as #{given.name} yet, so there is no file to read" if given.respond_to?(:attached?) && !given.attached?
        raise ConfigurationError, "#{given.name} are several attachments, and a source reads one file. Write one of them: #{given.name}.first" if given.respond_to?(:blobs)

        @blob = given.respond_to?(:blob) ? given.blob : given
      end

      # @return [String]
      def name = @blob.filename.to_s

      # @return [Integer] bytes
      def size = @blob.byte_size

      # A blob is never changed: another content is another blob.
      # @return [Integer]
      def modified = 0

      # (see Path#read)
      def read(offset, length)
        return "" if offset >= size

        @blob.service.download_chunk(@blob.key, offset...[offset + length, size].min)
      end

      # (see Path#identity)
      def identity = {"blob" => @blob.key, "checksum" => @blob.checksum}

      # @return [void]
      def close = nil
    end
  end
end
