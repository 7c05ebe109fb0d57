# frozen_string_literal: true

require "socket"

module ActiveDataFlow
  module Engine
    # A run whose worker died on this machine: its lease has to end before anybody may go on, and whoever starts the run
    # in the foreground waits for that.
    class Orphan
      PAUSE = 0.2 # seconds between two looks
      private_constant :PAUSE

      # @param row [RunStore::Row, nil]
      # @return [Boolean] whether the worker that holds it was a process of this machine, and is gone
      def self.of?(row)
        host, pid, = row&.owner.to_s.split(":")
        !row&.token.nil? && !row.finished? && host == Socket.gethostname && gone?(pid.to_i)
      end

      # Of a process that we may not signal we know that it is there.
      def self.gone?(pid)
        return false unless pid.positive?

        Process.kill(0, pid)
        false
      rescue Errno::ESRCH
        true
      rescue Errno::EPERM
        false
      end
      private_class_method :gone?

      # @param store [RunStore::Base]
      # @param run_id [Integer]
      def initialize(store, run_id)
        @store = store
        @run_id = run_id
      end

      # @yieldreturn [RunStore::Claim, nil] of an attempt to take it
      # @return [RunStore::Claim, nil] nil when a living worker has it, or nobody knows
      def claim(&)
        row = @store.find(@run_id)
        return unless Orphan.of?(row) && row.stop_requested.nil?

        Operations.logger.warn("#{row.flow_name} run #{row.id}: its process (#{row.owner}) is gone; goes on when its lease of #{row.lease_seconds} seconds has ended")
        wait(row, &)
      end

      private

      # As long as it is still the same worker's.
      def wait(row)
        ((row.lease_seconds + 2) / PAUSE).ceil.times do
          claim = yield
          return claim if claim
          return if @store.find(@run_id)&.token != row.token

          sleep PAUSE
        end
        nil
      end
    end
  end
end
