# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # The types that `cast` knows.
    module Types
      NAMES = %i[string integer float decimal boolean date time datetime uuid json binary].freeze
      ALIASES = {text: :string, bigint: :integer, big_integer: :integer, numeric: :decimal, timestamp: :datetime, bool: :boolean}.freeze
      private_constant :ALIASES

      # @param name [Symbol]
      # @param klass [Class] the flow, for the message
      # @return [Symbol] one of {NAMES}
      # @raise [ArgumentError] for another
      def self.checked(name, klass)
        type = ALIASES.fetch(name, name)
        return type if NAMES.include?(type)

        raise ArgumentError, "#{Flow.label(klass)}: there is no type #{name.inspect} to cast to; there are " \
          "#{Operations::Spelling.list(NAMES)}.#{Operations::Spelling.hint(name, NAMES)}"
      end
    end
  end
end
