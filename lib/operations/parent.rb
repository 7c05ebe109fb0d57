# frozen_string_literal: true

module Operations
  # The task that has started others, and flows: the end of one of these makes it due, if it waits.
  # @private
  module Parent
    # @param id [String, Integer] of the parent
    # @return [void]
    def self.child_ended(id)
      storage = Operations.storage
      # Outside the commit: a wake inside it would be lost.
      storage.after_commit do
        executor = Operations.executor if storage.signal(id)
        executor.became_due(id) if executor.respond_to?(:became_due)
      end
    end
  end
end
