# frozen_string_literal: true

# Stores that lack one of the guards of a commit, put in the place of the real one in a process of its own.
module CrashMutants
  module_function

  # @param name [Symbol] of a guard, or :look
  def make(name)
    store = ActiveDataFlow::RunStore::SQL.for(ActiveDataFlow::ActiveRecord::Database.new).class
    store.prepend((name == :look) ? Look : without(store, name))
  end

  def without(store, guard)
    rest = store::GUARDS.except(guard).values.join(" AND ")
    Module.new { define_method(:guards) { rest } }
  end

  # Looks, and then writes without looking.
  module Look
    private

    def fence(connection, claim, set, alone, columns, **values)
      values = {**values, id: claim.id, fence: claim.fence, token: claim.token, known: claim.commits}
      return unless ask(connection, "SELECT id FROM active_data_flow_data_flow_runs WHERE #{guards}", **values).any?

      change(connection, set, "id = :id", columns, **values)
    end
  end
end
