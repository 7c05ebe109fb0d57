# frozen_string_literal: true

require_relative "base"

module ActiveDataFlow
  module RunStore
    # Prolongs the leases of this process, each third of a lease: one thread, started with the first run, another one after
    # a fork. It stops for a run that has not committed for the store's `batch_timeout`: a worker that hangs is to be
    # replaced.
    class Renewer
      LOOK = 30 # seconds
      private_constant :LOOK

      # What a worker has while it is at a run.
      class Lease
        # @return [Claim] the newest
        attr_reader :claim
        # @return [Base]
        attr_reader :store

        def initialize(renewer, store, claim)
          @renewer = renewer
          @store = store
          @lost = false
          self.claim = claim
        end

        # After each commit, which has renewed the lease as well: the run's progress, and the guards that renewals match.
        def claim=(claim)
          @committed_at = @renewed_at = Renewer.seconds
          @claim = claim
        end

        # @private
        # @return [Float] when it is to be renewed, in {Renewer.seconds}
        def due_at = @renewed_at + @claim.lease_seconds / 3.0

        # @private looked at, whatever came of it
        def renewed = @renewed_at = Renewer.seconds

        # @return [Boolean] whether another worker has taken the run; the next commit would say so too
        def lost? = @lost

        # Ends it; the row is not touched.
        def end = @renewer.drop(self)

        # @private
        def lose(token) = @lost = (@claim.token == token)

        # @private
        def hanging?(seconds) = Renewer.seconds - @committed_at > seconds
      end

      # The lease that means nothing, inside a transaction of somebody else's.
      class NoLease < Lease
        def end = nil
      end

      class << self
        # @return [Renewer] of this process
        def instance
          return @instance if @instance && @pid == Process.pid

          @pid = Process.pid
          @instance = new
        end

        # @return [Float]
        def seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end

      def initialize
        @lock = Mutex.new
        @wake = ConditionVariable.new
        @leases = []
      end

      # Renews the claim's lease from now on.
      # @return [Lease] to be told of each commit, and to be ended
      def hold(store, claim)
        return without_lease(store, claim) if store.inside_transaction?

        Lease.new(self, store, claim).tap do |lease|
          next unless store.shared?

          @lock.synchronize do
            @leases << lease
            @thread = Thread.new { run } unless @thread&.alive?
            @wake.signal if @until && lease.due_at < @until
          end
        end
      end

      # @private
      def drop(lease) = @lock.synchronize { @leases.delete(lease) }

      # @return [Integer] how many leases it holds
      def size = @lock.synchronize { @leases.size }

      # This process is about to be stopped: its end is no death of what it holds.
      # @return [void]
      def leave
        @lock.synchronize { @leases.dup }.each { |lease| lease.store.leaving(lease.claim) }
      rescue => error
        Operations.logger.warn("could not say that this process is leaving: #{error.message}")
      end

      # One round, as the thread does it. No lock is held meanwhile.
      def renew
        leases = @lock.synchronize { @leases.dup }.each(&:renewed)
        leases.reject { |lease| lease.hanging?(lease.store.batch_timeout) }.group_by(&:store).each do |store, mine|
          lost = store.renew(mine.map(&:claim))
          mine.each { |lease| lost.each { |token| lease.lose(token) if lease.claim.token == token } }
        rescue => error
          Instrumentation.report(error, runs: mine.map { |lease| lease.claim.id })
          Operations.logger.warn("could not renew the leases of #{mine.size} runs, and tries again: #{error.message}")
        end
      end

      private

      def run
        Thread.current.name = "active_data_flow renewer"
        while wait
          renew
          look_around
        end
      end

      # Where all workers are at long runs, nobody else may look for what waits.
      def look_around
        return if @looks_at && Renewer.seconds < @looks_at

        @looks_at = Renewer.seconds + LOOK
        Sweep.beside_work
      end

      # @return [Boolean] whether there is something left to renew; otherwise the thread ends
      def wait
        @lock.synchronize do
          while (@until = @leases.map(&:due_at).min) && (pause = @until - Renewer.seconds) > 0
            @wake.wait(@lock, pause)
          end
          @thread = nil if @leases.empty? # under the lock: whoever holds the next lease starts another
          @leases.any?
        end
      end

      def without_lease(store, claim)
        @lock.synchronize do
          next if @said

          @said = true
          Operations.logger.info("#{claim} runs inside a transaction that it did not begin: its lease is not renewed, nobody else can see it anyway")
        end
        NoLease.new(self, store, claim)
      end
    end
  end
end
