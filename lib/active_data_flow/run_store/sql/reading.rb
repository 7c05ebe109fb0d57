# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # What a reading leaves for the next run, on the flow's row: by arguments, since each has a cursor of its own.
      module Reading
        # (see Progressing#read_state)
        def read_state(claim)
          database.with_connection { |connection| states(connection, claim)[claim.arguments_digest] }
        end

        # (see Progressing#read_state_at_claim)
        def read_state_at_claim(claim)
          claim.to_h.key?(:read_states) ? parsed(claim.read_states)[claim.arguments_digest] : read_state(claim)
        end

        # (see Progressing#keep_read_state)
        def keep_read_state(claim, state)
          database.transaction do |connection|
            # By a write, so that two runs of other arguments take turns.
            connection.update(bind(connection, "UPDATE #{Statements::FLOWS} SET updated_at = #{now} WHERE id = :id", {id: claim.data_flow_id}))
            states = states(connection, claim).merge(claim.arguments_digest => state).compact
            connection.update(bind(connection, "UPDATE #{Statements::FLOWS} SET read_state = :states WHERE id = :id",
              {id: claim.data_flow_id, states: states.empty? ? nil : states}))
          end
        end

        # (see Base#note)
        def note(claim, text) = hold(claim, "metadata = :metadata", metadata: noted(claim, text))

        # (see Progressing#keep_facts)
        def keep_facts(claim, facts)
          kept = with_facts(claim, facts)
          hold(claim, "metadata = :metadata", metadata: kept.metadata)
          kept
        end

        # (see Progressing#keep_of_sinks)
        def keep_of_sinks(claim, **columns)
          set = columns.keys.map { |name| "#{name} = :#{name}" }.join(", ")
          database.with_connection { |connection| change_often(connection, set, "id = :id", id: claim.id, **columns) }
        end

        private

        def states(connection, claim)
          parsed(ask(connection, "SELECT read_state FROM #{Statements::FLOWS} WHERE id = :id", id: claim.data_flow_id).first&.fetch("read_state"))
        end

        def parsed(text) = text ? JSON.parse(text) : {}
      end
    end
  end
end
