# frozen_string_literal: true

module ActiveDataFlow
  # The row of a flow: under which name its runs are found. It comes with the first run; what the flow does is in its class.
  class DataFlow < ApplicationRecord
    # A failed flow still runs by its schedule; a success makes it active again.
    STATUSES = %w[active inactive failed].freeze
    # Seconds between two runs where the runtime's settings say nothing else.
    INTERVAL = 3600

    # MariaDB has texts where others have JSON.
    %i[source sink runtime].each { |name| attribute name, :json }

    self.filter_attributes += %i[last_error]

    # What belongs to it goes first, then the row: a commit of a run that is gone matches nothing.
    has_many :rejects, dependent: :delete_all, inverse_of: :data_flow
    has_many :data_flow_runs, -> { order(:run_after) }, dependent: :delete_all, inverse_of: :data_flow
    alias_method :runs, :data_flow_runs

    validates :name, presence: true, uniqueness: true
    validates :source, :sink, exclusion: {in: [nil], message: :blank}
    validates :status, inclusion: {in: STATUSES}

    scope :active, -> { where(status: "active") }
    scope :inactive, -> { where(status: "inactive") }
    scope :due_to_run, -> { active.where(id: DataFlowRun.due_to_run.select(:data_flow_id)) }

    # @param name [String]
    # @param source [#as_json]
    # @param sink [#as_json]
    # @param runtime [#as_json, nil]
    # @return [DataFlow] active, with these ends
    def self.find_or_create(name:, source:, sink:, runtime: nil)
      flow = find_or_create_by!(name:) { |made| made.attributes = {source: source.as_json, sink: sink.as_json} }
      flow.update!(source: source.as_json, sink: sink.as_json, runtime: runtime.as_json, status: "active")
      flow
    end

    # @return [Class] the class of this flow, as {Flow::Registry} finds it
    # @raise [ConfigurationError] when it is not loaded, or gone
    def flow_class = Flow::Registry.fetch(runtime&.fetch("class_name", nil) || name)

    # Runs it here and now.
    # @param arguments [Hash] of the flow
    # @return [Run]
    def run(**arguments) = flow_class.run_now(**arguments)

    # @return [Numeric] seconds
    def interval_seconds = runtime&.fetch("interval", nil) || INTERVAL

    # @return [Boolean] whether the runtime's settings switch it on
    def enabled? = runtime&.fetch("enabled", nil) == true

    # @return [DataFlowRun, nil] the pending run that comes first
    def next_due_run = data_flow_runs.pending.first

    # What the queue does with it, as SolidQueue has it.
    # @param run [DataFlowRun, nil] by default the newest
    # @return [Symbol, nil] :scheduled, :ready, :running, :failed or :finished; nil where there is no job, or another queue
    def queue_status(run: data_flow_runs.reorder(:id).last) = Rails::QueueInspection.status(run)

    # Plans nothing: schedules are ActiveJob's business. The heartbeat runtime has runs that are planned ahead.
    # @return [nil]
    def schedule_next_run(_from_time = Time.current) = nil

    # (see #schedule_next_run)
    def heartbeat_event = schedule_next_run

    # @return [String, nil] why its last run failed, with what may be seen; `self[:last_error]` is all of it
    def last_error = Shown.text(super)

    # @param run [DataFlowRun]
    def mark_run_started!(run)
      run.start!
      update!(last_run_at: run.started_at, last_error: nil)
      schedule_next_run(run.started_at)
    end

    # @param run [DataFlowRun]
    def mark_run_completed!(run)
      run.complete!
      update!(status: failed? ? "active" : status)
    end

    # @param run [DataFlowRun]
    # @param error [Exception]
    def mark_run_failed!(run, error)
      run.fail!(error)
      update!(status: "failed", last_error: error.message)
    end

    STATUSES.each { |name| define_method(:"#{name}?") { status == name } }
  end
end
