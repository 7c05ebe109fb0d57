# frozen_string_literal: true

module ActiveDataFlow
  # The row of one run. A worker writes it by guarded statements ({RunStore::SQL}); what is changed here is changed by
  # guarded statements too, so a run that a worker holds is left to it.
  class DataFlowRun < ApplicationRecord
    STATUSES = %w[pending in_progress success failed cancelled].freeze
    # How long after its time a pending run counts as overdue.
    PATIENCE = 3600

    # MariaDB has texts where others have JSON.
    %i[arguments metadata].each { |name| attribute name, :json }

    self.filter_attributes += %i[arguments error_message error_backtrace]

    belongs_to :data_flow, inverse_of: :data_flow_runs
    has_many :reject_rows, class_name: "ActiveDataFlow::Reject", foreign_key: :run_id, dependent: :delete_all, inverse_of: :run

    # By `partitions`: each is a run of its own, and what it has done is the whole run's doing.
    has_many :parts, -> { order(:part) }, class_name: "ActiveDataFlow::DataFlowRun", foreign_key: :parent_run_id, dependent: :destroy, inverse_of: :parent_run
    belongs_to :parent_run, class_name: "ActiveDataFlow::DataFlowRun", optional: true, inverse_of: :parts

    validates :run_after, presence: true
    validates :status, inclusion: {in: STATUSES}

    STATUSES.each do |name|
      scope name, -> { where(status: name) }
      define_method(:"#{name}?") { status == name }
    end
    scope :completed, -> { where(status: %w[success failed]) }
    scope :due, -> { pending.where(run_after: ..Time.current) }
    scope :due_to_run, -> { due }
    scope :overdue, -> { pending.where(run_after: ..PATIENCE.seconds.ago) }

    delegate :counts, :sink_counts, :rejects, :replay_rejects, :note, :paused?, :redundant, :progress, :eta, to: :picture

    # @param flow [DataFlow]
    # @return [DataFlowRun] pending, an interval from now
    def self.create_pending_for_data_flow(flow)
      moment = Time.current + flow.interval_seconds
      create!(data_flow: flow, run_after: moment, dispatch_after: moment, arguments: {}, arguments_digest: Flow::Arguments.digest({}))
    end

    # @return [Boolean] success or failed
    def completed? = success? || failed?

    # @return [Boolean]
    def due? = pending? && run_after <= Time.current

    # @return [Boolean]
    def overdue? = pending? && run_after <= PATIENCE.seconds.ago

    # @return [Float, nil] seconds, so far where it has not ended
    def duration = started_at && (ended_at || Time.current) - started_at

    # @raise [Error] unless it is pending, and nobody's
    def start! = move(%w[pending], status: "in_progress", started_at: Time.current)

    # @raise [Error] unless it is in progress, and nobody's
    def complete! = move(%w[in_progress], status: "success", **ended)

    # @param error [Exception, String]
    # @raise [Error] when it has ended, or is somebody's
    def fail!(error)
      columns = error.is_a?(Exception) ? RunStore::Base.error_columns(error) : {error_message: error.to_s}
      move(%w[pending in_progress], status: "failed", **ended, **columns)
    end

    # The step of the job that carries it over: there is one.
    # @return [String, nil] nil before its first worker
    def step = started_at && "process_batch"

    # @return [::SolidQueue::Job, nil] the job that carries it over, or is to
    def queue_job = Rails::QueueInspection.job(self)

    # (see Run#pause!)
    def pause! = ask(:pause!)

    # (see Run#resume!)
    def resume! = ask(:resume!)

    # (see Run#cancel!)
    def cancel! = ask(:cancel!)

    # @return [String, nil] why it failed, with what may be seen; `self[:error_message]` is all of it
    def error_message = Shown.text(super)

    # @return [Run] as people look at it, read now
    def picture = Run.new(store, store.find(id) || raise(Error, "run #{id} is gone"))

    private

    def store = ActiveRecordIfThere.store

    def ask(deed)
      picture.public_send(deed)
      reload
    end

    # The sweep tells the task that has started it.
    def ended
      {ended_at: Time.current, active_key: nil, slot_key: nil, callbacks_due: parent_task_id ? 1 : 0, dispatch_after: (Time.current if parent_task_id)}
    end

    # One statement: between a look and a write a worker could come.
    def move(from, **columns)
      moved = self.class.where(id:, status: from, token: nil).update_all(fence: Arel.sql("fence + 1"), updated_at: Time.current, **columns)
      reload
      return self if moved == 1

      raise Error, "run #{id} is #{status}#{" and a worker holds it" if token}; only one that is #{from.join(" or ").tr("_", " ")} and nobody's can become #{columns[:status].tr("_", " ")}"
    end
  end
end
