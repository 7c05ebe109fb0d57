# frozen_string_literal: true

module Operations
  module Compat
    # A runner was a program of its own, and ended by a signal.
    module Runners
      # (see Operations::Runner.start)
      def start(handle_signals: true, **intervals) = super
    end
  end
end
