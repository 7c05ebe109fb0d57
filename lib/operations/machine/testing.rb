# frozen_string_literal: true

module Operations
  module Machine
    # For specs: one handler at a time.
    module Testing
      # Builds a task in a state, runs that state's handler once, and stores nothing.
      #
      #   expect(Approval.test(:big?, amount: 50)).to be_in(:approved)
      #
      # @param state [Symbol, String]
      # @param attributes [Hash] as for `call`
      # @return [Operations::Task] in the state where the handler sent it; `sub_tasks` shows those it started
      # @raise [ValidationError] for a state the class does not have, or attributes that are not valid
      # @raise whatever the handler raised
      def test(state, **attributes)
        new(**attributes, current_state: state)._set_up._run_handler_once
      end
    end
  end
end
