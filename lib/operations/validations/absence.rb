# frozen_string_literal: true

module Operations
  module Validations
    # `absence: true`: nil, false, white space or empty.
    class Absence < Rule
      private

      def check(task, name, value)
        add(task, name, :present) unless Types.blank?(value)
      end
    end
  end
end
