# frozen_string_literal: true

module Operations
  module Validations
    # `exclusion: {in: %w[admin root]}`: what {Inclusion} allows is refused here.
    class Exclusion < Inclusion
      private

      def check(task, name, value)
        add(task, name, :exclusion, value:) if member?(task, value)
      end
    end
  end
end
