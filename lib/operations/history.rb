# frozen_string_literal: true

module Operations
  # The states a task has been in, oldest first; the newest 100 are kept.
  module History
    # One stay in one state.
    #
    # state:: String
    # at:: Time (UTC) it was entered
    # duration:: Float, seconds until it was left; nil while the task is still there
    # outcome:: String: "moved", "completed", "failed", "timed out", "retried", or nil while it is still there
    # by:: String, who moved it: an interaction's name, "after", "timeout"; nil for the flowchart itself
    Entry = Data.define(:state, :at, :duration, :outcome, :by)

    OUTCOMES = [nil, "moved", "completed", "failed", "timed out", "retried"].freeze
    STAYED, MOVED, COMPLETED, FAILED, TIMED_OUT, RETRIED = *0..5
    FIELDS = 4
    KEPT = 100

    module_function

    # @param trail [Array] flat: state, microseconds, outcome, by
    # @param ended_us [Integer, nil] when the task ended
    # @return [Array<Entry>]
    def entries(trail, ended_us)
      steps = trail.each_slice(FIELDS).to_a
      steps.each_with_index.map do |(state, at_us, outcome, by), index|
        left_us = steps[index + 1]&.at(1) || (ended_us unless outcome == STAYED)
        duration = left_us && (left_us - at_us) / 1_000_000.0
        Entry.new(state:, at: Clock.time(at_us), duration:, outcome: OUTCOMES[outcome], by:)
      end
    end
  end
end
