# frozen_string_literal: true

module Operations
  module Types
    # `:json`, and the type nil (no cast): whatever JSON can hold, copied; see {JsonSafe}.
    class JsonType < Type
      def serialise(value) = JsonSafe.copy(value)

      def stored?(value) = JsonSafe.safe?(value)

      def mutable? = true
    end
  end
end
