# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Takes a run: also where the answer to the claim was lost, where a session stands still inside a commit, and where the
    # lease of a worker that died on this machine has to end first.
    class Claiming
      # @param store [RunStore::Base]
      # @param row [RunStore::Row] as it was found
      def initialize(store, row)
        @store = store
        @row = row
        @token = RunStore.new_token
      end

      # @return [RunStore::Claim, nil] nil when somebody else is at it
      def call
        claim = Lasting.call(@store) { take || mine } || after_a_standstill || Orphan.new(@store, @row.id).claim
        answered = true
        claim
      rescue RunStore::AlreadyRunning
        answered = true
        nil
      ensure
        # The thread was ended while it asked: nobody is to wait for a lease that nobody has.
        mine&.then { |left| @store.release(left) } unless answered
      end

      private

      def take = @store.claim(@row.id, token: @token)

      # The token is nobody else's: the claim was ours, and its answer did not arrive.
      def mine
        row = @store.find(@row.id)
        RunStore::Claim.new(row.to_h) if row&.token == @token
      end

      # The lease has ended, and an open commit holds the row all the same.
      def after_a_standstill
        row = @store.find(@row.id)
        take if row && @store.break_lock(row).positive?
      end
    end
  end
end
