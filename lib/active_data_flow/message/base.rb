# frozen_string_literal: true

module ActiveDataFlow
  # One record on its way, where it is more than a Hash: with metadata, and with types that are checked.
  #
  # Sources may yield messages or Hashes, and sinks get either by {Message.row}.
  module Message
    # What both kinds of messages do. A key may be given as a String or a Symbol, whichever the data has.
    class Base
      # @return [Hash] the record, with keys as they were given; a copy of what was given, one level deep
      attr_reader :data
      # @return [Hash] what is known about the record: where it comes from, when it was read
      attr_reader :metadata

      # @param data [Hash, Base]
      # @param metadata [Hash]
      # @raise [TypeError] when the data is no Hash
      def initialize(data, metadata: {})
        @data = Message.hash_of(data).dup
        @metadata = metadata
      end

      # @param name [String, Symbol]
      # @return [Object, nil] nil for a field that the record does not have
      def [](name)
        @data.fetch(name) { @data[name.is_a?(Symbol) ? name.name : name.to_sym] }
      end

      # @param name [String, Symbol] a field of the record keeps its key, a new one gets this
      # @param value [Object]
      def []=(name, value)
        @data[key_for(name)] = value
      end

      # @param name [String, Symbol]
      # @return [Boolean]
      def key?(name) = @data.key?(key_for(name))

      # @return [Hash{Symbol => Object}] a new Hash
      def to_h = @data.transform_keys(&:to_sym)

      def ==(other) = other.instance_of?(self.class) && other.to_h == to_h && other.metadata == metadata
      alias_method :eql?, :==

      def hash = [self.class, to_h, metadata].hash

      def inspect = "#<#{self.class} #{to_h.inspect}#{" #{metadata.inspect}" unless metadata.empty?}>"

      private

      def initialize_copy(other)
        super
        @data = @data.dup
        @metadata = @metadata.dup
      end

      def key_for(name)
        return name if @data.key?(name)

        other = name.is_a?(Symbol) ? name.name : name.to_sym
        @data.key?(other) ? other : name
      end
    end

    # @param row [Hash, Base, #to_h] what a source has yielded, or a caller of a sink gives
    # @return [Hash{Symbol => Object}] a new Hash
    # @raise [TypeError] for what is no row
    def self.row(row) = hash_of(row).transform_keys(&:to_sym)

    # @private
    # @return [Hash] the row's own, not to be changed
    def self.hash_of(row)
      case row
      when Hash then row
      when Base then row.data
      when nil, Array then refuse(row)
      else row.respond_to?(:to_h) ? row.to_h : refuse(row)
      end
    end

    # @private
    def self.refuse(row)
      instead = case row
      when Array then ". Write: %i[id name].zip(row).to_h, with the names of its values"
      when ->(one) { one.respond_to?(:attributes) } then ". Write: record.attributes"
      end
      raise TypeError, "a row is a Hash or a message, not #{row.inspect}#{instead}"
    end
    private_class_method :refuse
  end
end
