# frozen_string_literal: true

module Operations
  # What has to be done from outside, again and again, where tasks stand in a storage of several processes and run in
  # jobs: have those woken that are due, and those that a dead process has left.
  module Sweep
    AT_ONCE = 1000
    DUE = 5000
    NOTHING = {dispatched: 0, failed: 0, deleted: 0}.freeze
    private_constant :AT_ONCE, :DUE

    class << self
      # @return [Boolean] whether the storage can tell who is due to whom, and the executor takes many at once. A program
      #   without tasks may have no table for them
      def possible?
        storage = Operations.storage
        storage.respond_to?(:dispatch) && Operations.executor.respond_to?(:wake_all) && storage.ready?
      end

      # @return [Hash{Symbol=>Integer}] see {Operations.sweep}
      def call
        return NOTHING.dup unless possible?

        dispatched, failed = wake
        {dispatched:, failed:, deleted: Operations.storage.delete_old(before: Clock.time(Clock.now_us), limit: AT_ONCE)}
      end

      # @param task_class [Class, nil] only tasks of this class and those below it
      # @return [Array<Integer>] for how many a job was enqueued, and how many failed
      def wake(task_class = nil)
        killed = Operations.storage.recover(limit: AT_ONCE)
        known, unknown = Operations.storage.dispatch(task_class, limit: DUE).partition { |one| known?(one) }
        known.each_slice(AT_ONCE) { |some| Operations.executor.wake_all(some) }
        failed = unknown.count { |one| Operations.storage.postpone(one.id, "no class #{one.type} is there") == :failed }
        [known.size, killed + failed]
      end

      private

      def known?(one)
        Registry.fetch(one.type)
      rescue Error
        false
      end
    end
  end

  class << self
    # Has every task woken that is due, by one job each, whoever of many calls this; goes on with those whose process
    # died, and fails those that have ended three; deletes old ones. Bounded, so that it ends soon: what is left comes
    # with the next call. A task that was enqueued is not enqueued again for a while (30 seconds, the longer it has been
    # due the longer, an hour at most). Does nothing where the storage is this process's own, or the executor has no queues.
    # @return [Hash{Symbol=>Integer}] :dispatched, :failed and :deleted
    def sweep = Sweep.call
  end
end
