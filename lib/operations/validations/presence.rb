# frozen_string_literal: true

module Operations
  module Validations
    # `presence: true`: not nil, false, white space or empty.
    class Presence < Rule
      private

      def check(task, name, value)
        add(task, name, :blank) if Types.blank?(value)
      end
    end
  end
end
