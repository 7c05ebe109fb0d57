# frozen_string_literal: true

module Operations
  module Models
    # One `has_models` line.
    class ListDefinition < Definition
      def list? = true

      def method_names = [@name, "#{@name}="].map(&:to_sym)

      def objects_from(value)
        list = list_from(value)
        index = list.index(nil)
        raise ArgumentError, "#{label} was given nil at position #{index} of #{list.size}; leave it out." if index

        list.dup.freeze
      end

      def remember(objects) = objects.each { |object| super(object) }

      def misfit(objects)
        (Array === objects) ? objects.find { |object| super(object) } : super
      end

      private

      def guess = Inflector.classify(@name)

      # A Struct is one model, although it could be taken for a list of its members.
      def list_from(value)
        return [] if value.nil?
        return value.to_ary if value.respond_to?(:to_ary)

        (defined?(::Set) && ::Set === value) ? value.to_a : [value]
      end
    end
  end
end
