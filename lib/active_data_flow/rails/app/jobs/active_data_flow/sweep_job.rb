# frozen_string_literal: true

module ActiveDataFlow
  # Finds what no worker has: runs and tasks of dead processes, and what was never enqueued. A recurring job, every 30 seconds.
  class SweepJob < ApplicationJob
    # Before all else: it takes moments, and others wait for it.
    PRIORITY = -1000
    private_constant :PRIORITY

    queue_as { ActiveDataFlow.configuration.sweep_queue }
    queue_with_priority PRIORITY

    # @return [Hash{Symbol => Integer}] (see Sweep.call)
    def perform = Rails::Sweeping.call
  end
end
