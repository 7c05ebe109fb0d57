# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Takes a run: also where the answer to the claim was lost, where a session stands still inside a commit, where the lease of
    # a worker that died on this machine has to end first, and where the flow's group has a limit.
    class Claiming
      # @param store [RunStore::Base]
      # @param row [RunStore::Row] as it was found
      # @param job_id [String, nil] of the job that works; it has its run at once, and does not wait for anything
      # @param provider_job_id [Object, nil] what the queue calls that job
      # @param group [Flow::GroupRule, nil] of the flow
      def initialize(store, row, job_id: nil, provider_job_id: nil, group: nil)
        @store = store
        @row = row
        @job_id = job_id
        @provider_job_id = provider_job_id
        @slots = group && Slots.new(store, group)
        @token = RunStore.new_token
        @why = :busy
      end

      # @return [Symbol] why there was no claim: :busy, somebody else is at it; :no_slot, as many as may be are at work in
      #   its group
      attr_reader :why

      # @yieldparam claim [RunStore::Claim] what is done with it; an error of that is not looked at here, but where it is ended
      #   from outside before it has begun, or while it ends, nobody is to wait for the lease
      # @return [RunStore::Claim, nil] nil when it is not to be had now
      def call
        claim = asked
        yield claim if claim && block_given?
        done = true
        claim
      rescue
        done = true
        raise
      ensure
        give_back unless done
      end

      private

      def asked
        claim = Lasting.call(@store) { take || mine } || after_a_standstill || orphaned
        answered = true
        claim || without_slot
      rescue RunStore::AlreadyRunning
        answered = true
        nil
      ensure
        # The thread was ended while it asked.
        give_back unless answered
      end

      def give_back = mine&.then { |left| @store.release(left) }

      def take
        @why = :busy
        return claim(nil) unless @slots

        answer = @slots.each_free(@row.slot_key) { |slot| claim(slot) }
        @why = :no_slot if answer.nil? && free?
        answer&.first
      end

      def claim(slot_key) = @store.claim(@row.id, token: @token, job_id: @job_id, provider_job_id: @provider_job_id, slot_key:)

      # The token is nobody else's: the claim was ours, and its answer did not arrive.
      def mine
        row = @store.find(@row.id)
        RunStore::Claim.new(row.to_h) if row&.token == @token
      end

      # A run without a slot is a row that waits, not a job.
      def without_slot
        @store.await_slot(@row.id, job_id: @job_id) if @job_id && why == :no_slot
        nil
      end

      def free?
        row = @store.find(@row.id)
        row && !row.finished? && (row.token.nil? || row.lease_until < @store.clock.now)
      end

      # The lease has ended, and an open commit holds the row all the same.
      def after_a_standstill
        row = @store.find(@row.id)
        take if row && @store.break_lock(row).positive?
      end

      # A job that waited would keep a worker from other work: the sweep comes when the lease has ended.
      def orphaned = @job_id ? nil : Orphan.new(@store, @row.id).claim { take }
    end
  end
end
