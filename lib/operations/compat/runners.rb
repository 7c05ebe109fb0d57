# frozen_string_literal: true

module Operations
  module Compat
    # A runner that is a program of its own: it ends by a signal, and knows every task class of the application.
    module Runners
      # (see Operations::Runner.start)
      def start(handle_signals: true, **intervals)
        ::Rails.application&.eager_load! if defined?(::Rails.application)
        super
      end
    end
  end
end
