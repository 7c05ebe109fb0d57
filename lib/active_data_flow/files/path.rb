# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # A file of this machine, by its path.
    class Path
      # @return [String]
      attr_reader :name

      # @param path [String, Pathname]
      def initialize(path)
        @path = path.to_s
        @name = ::File.basename(@path)
      end

      # @return [Integer] bytes
      def size = stat.size

      # @return [Integer] microseconds since the epoch
      def modified = (stat.mtime.to_r * 1_000_000).to_i

      # @param offset [Integer]
      # @param length [Integer]
      # @return [String] as many bytes from there on, or as there are
      def read(offset, length)
        @file ||= ::File.open(@path, "rb")
        @file.seek(offset)
        @file.read(length) || ""
      rescue SystemCallError => error
        refuse(error)
      end

      # @return [Hash] what a place in it belongs to
      def identity = {"path" => @path}

      # @return [void]
      def close
        @file&.close
        @file = nil
      end

      private

      def stat
        @file ? @file.stat : ::File.stat(@path)
      rescue SystemCallError => error
        refuse(error)
      end

      def refuse(error)
        raise ConfigurationError, "#{@path} cannot be read: #{error.message}"
      end
    end
  end
end
