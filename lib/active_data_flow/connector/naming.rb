# frozen_string_literal: true

module ActiveDataFlow
  module Connector
    # Inside of a connector `ActiveRecord` is the connector of that name, and `ActiveRecord::Base` the class of all
    # connectors. Whoever meant the library is told so.
    # @private
    module Naming
      LIBRARY = %w[Active Record].join
      private_constant :LIBRARY

      # @raise [NameError]
      def const_missing(name)
        return super unless self.name&.end_with?("::#{LIBRARY}") && library&.const_defined?(name)

        raise NameError.new(hint("#{LIBRARY}::#{name}"), name, receiver: self)
      end

      # @raise [NoMethodError]
      def method_missing(name, ...)
        return super unless equal?(self::Base) && library&.const_get(:Base)&.respond_to?(name)

        raise NoMethodError.new(hint("#{LIBRARY}::Base.#{name}"), name, receiver: self)
      end

      # Nothing more is answered than there is.
      def respond_to_missing?(*) = false

      private

      def library = (Object.const_get(LIBRARY) if Object.const_defined?(LIBRARY))

      def hint(written)
        "inside of a connector #{LIBRARY} is the connector of that name, so #{written} is not there. Write: ::#{written}"
      end
    end
  end
end
