# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # The tasks that this process is running. Their leases are renewed by the thread that renews those of runs, which
      # stops for a task that has stored nothing for the storage's `batch_timeout`.
      class Leases
        # What the renewer wants to know of a task. The token tells it what is lost.
        Held = Data.define(:token, :lease_seconds) do
          def to_s = "the task #{token}"
        end

        # @param storage [ActiveRecord]
        def initialize(storage)
          @storage = storage
          @lock = Mutex.new
          @held = {}
        end

        # From a claim to the end of the run; said again at each transition.
        def hold(id)
          lease = mine { |leases| leases[id] }
          held = lease ? lease.claim : Held.new(token: id, lease_seconds: @storage.lease_seconds)
          return lease.claim = held if lease

          lease = ActiveDataFlow::RunStore::Renewer.instance.hold(@storage, held)
          mine { |leases| leases[id] = lease }
        end

        # @param id [Integer, String] of a task that sleeps, has ended or is somebody else's
        def drop(id) = mine { |leases| leases.delete(id) }&.end

        private

        # What a fork has inherited is its parent's.
        def mine
          @lock.synchronize do
            @held = {} unless @pid == Process.pid
            @pid = Process.pid
            yield @held
          end
        end
      end
    end
  end
end
