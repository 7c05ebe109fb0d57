# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # What a source of a file can be given.
    module Input
      # So many bytes are read at once.
      PIECE = 1 << 20

      module_function

      # @param given [Object]
      # @return [Boolean] whether it is a Pathname, or the like
      def path?(given) = given.respond_to?(:to_path) && !given.respond_to?(:eof?)

      # @param given [String, Pathname, IO, Object] a path, an IO, or an attachment of ActiveStorage
      # @return [Path, Stream, Attachment]
      def of(given)
        return Attachment.new(given) if Attachment.of?(given)
        return Path.new(given) if given.is_a?(String)

        Stream.new((given.respond_to?(:to_io) && !given.respond_to?(:seek)) ? given.to_io : given)
      end

      # @param given [Object]
      # @raise [ArgumentError] for what cannot be read from
      def check(given)
        return if given.is_a?(String) || given.respond_to?(:read) || given.respond_to?(:to_io) || Attachment.of?(given)

        raise ArgumentError, "a file is given as its path, as an IO, or as an attachment of ActiveStorage, not as #{given.inspect}"
      end
    end
  end
end
