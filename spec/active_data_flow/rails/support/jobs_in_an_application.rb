# frozen_string_literal: true

# Run inside of a Rails application that has this gem installed and migrated: see jobs_spec.rb.
# As on a Rails before 8.1, whose ActiveJob cannot continue jobs.
require "active_job"
ENV["ADF_SPEC_WITHOUT_CONTINUABLE"] && ActiveJob.const_defined?(:Continuable) && ActiveJob.send(:remove_const, :Continuable)
require File.expand_path("config/environment")
require "net/protocol"

class ApplicationJob < ActiveJob::Base; end

# Flows whose blocks say what happened to them.
module Told
  class << self
    attr_accessor :rows, :failing, :stop, :sinking, :busy

    def reset
      self.rows = []
      self.failing = self.stop = self.sinking = self.busy = nil
    end
  end
end

class LetterFlow < ActiveDataFlow::Base
  source((1..6).map { |id| {id:} })
  batch_size 2
  transform { |row| [Told.failing, Told.stop].compact.each { |told| told.call(row) } }
  sink do |row|
    Told.sinking&.call(row)
    Told.rows << row[:id]
  end
end

class ParcelFlow < LetterFlow
  has_attribute :number, :integer
  queue :parcels
  priority 7
  after_complete { |_run| Told.rows << :complete }
  after_failure { |_run| Told.rows << :failure }
end

class PatientFlow < LetterFlow
  on_conflict :wait
  retry_on KeyError, wait: 7, attempts: 2, queue: :slow, priority: 9, report: true do |run, error|
    Told.rows << [run.id, error.message]
  end
end

class ChainedFlow < LetterFlow
  after_complete do |_run|
    ParcelFlow.enqueue_now(number: 1)
    raise "an error of the callback's"
  end
end

ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define { %i[stamps stamp_copies].each { |name| create_table(name, force: true) { |table| table.integer :value } } }

class StampFlow < ActiveDataFlow::Base
  source :stamps
  partitions 3
  batch_size 2
  transform { |row| Told.failing&.call(row) }
  sink { |row| Told.rows << row[:id] }
  on_all_complete { |run| Told.rows << [:complete, run.id] }
  after_failure { |run| Told.rows << [:failure, run.id, run.error_message] }
end

class NewStampFlow < ActiveDataFlow::Base
  source :stamps
  read :new
  sink :stamp_copies
end

class QuietStampFlow < ActiveDataFlow::Base
  source :stamps
  partitions 3
  sink :stamp_copies
end

class BusyFlow < LetterFlow
  throttle_on(backoff: -> { Told.busy }) { Told.busy }
end

class BrokenFlow < LetterFlow
  source { Told.failing ? raise("no source") : [{id: 1}] }
end

# Enqueues several jobs at once, as adapters for a server do.
class BulkAdapter < ActiveJob::QueueAdapters::TestAdapter
  def enqueue_all(jobs)
    calls << jobs.each { |job| enqueue(job) }.size
  end

  def calls = @calls ||= []
end

# A source and a sink as connectors, which say what is asked of them.
class AskedSource < ActiveDataFlow::Connector::Source
  def fetch(after:, limit:)
    Told.rows << [:fetch, after, limit] if (after || 0) < 5
    ((after || 0) + 1..5).first(limit).map { |id| {id:} }
  end
end

class AskedFlow < ActiveDataFlow::Base
  source AskedSource.new
  batch_size 2
  sink { |row| Told.rows << row[:id] }
end

# Five pages; every other one has no rows.
class PagedSource < ActiveDataFlow::Connector::Source
  def fetch(after:, limit:)
    page = after.to_i
    raise ActiveDataFlow::Throttled.new(wait: 600) if Told.busy == page

    Told.rows << [:page, page]
    Page.new(page.odd? ? [] : [{id: page}], cursor: (page + 1 if page < 4))
  end
end

class PagedFlow < ActiveDataFlow::Base
  source PagedSource.new
  sink { |row| Told.rows << row[:id] }
end

class HookedJob < ActiveDataFlow::DataFlowJob
  before_perform { Told.rows << :before }
  after_perform { Told.rows << :after }
end

module JobsInAnApplication
  # The test adapter, as adapters differ in what they say about the end of a worker.
  class Ending < ActiveJob::QueueAdapters::TestAdapter
    def stopping? = Told.rows.size >= 3
  end

  class Endings < ActiveJob::QueueAdapters::TestAdapter
    def stopping?(job) = job.is_a?(ActiveDataFlow::DataFlowJob) && Told.rows.size >= 3
  end

  # As adapters were before there was a question.
  class Silent
    def initialize = @tests = ActiveJob::QueueAdapters::TestAdapter.new

    delegate :enqueue, :enqueue_at, :enqueued_jobs, to: :@tests

    def enqueue_after_transaction_commit? = false
  end

  def job_class = ActiveDataFlow::DataFlowJob

  def adapter = ActiveJob::Base.queue_adapter

  def jobs = adapter.enqueued_jobs

  def use(adapter) = ActiveJob::Base.queue_adapter = adapter

  # Performs the jobs that are enqueued by now, as a worker does; those that they enqueue stay.
  def work
    jobs.shift(jobs.size).each { |job| ActiveJob::Base.execute(job.select { |key, _| key.is_a?(String) }) }
  end

  def row(run) = ActiveDataFlow::DataFlowRun.find(run.id)

  def flow_row(name) = ActiveDataFlow::DataFlow.find_by!(name:)

  def store = ActiveDataFlow::RunStore.all.first

  def later(seconds)
    store.clock.advance(seconds)
    yield
  ensure
    store.clock.advance(-seconds)
  end

  def log
    Operations.logger = Logger.new(text = StringIO.new)
    yield
    text.string
  ensure
    Operations.logger = Rails.logger
  end
end

RSpec.configure do |config|
  config.include JobsInAnApplication
  config.before do
    ActiveDataFlow::DataFlow.destroy_all
    Told.reset
    use(ActiveJob::QueueAdapters::TestAdapter.new)
  end
end

RSpec.describe "[enqueue] enqueue_now" do
  it "makes a run and one job for it, which carries it over" do
    run = LetterFlow.enqueue_now
    expect(run.status).to eq("pending")
    expect(jobs.map { |job| job[:job] }).to eq([job_class])
    work
    expect(run.reload).to be_success.and have_attributes(cursor: "int:6")
    expect(Told.rows).to eq([1, 2, 3, 4, 5, 6])
    expect(jobs).to eq([])
  end

  it "gives the job flow and run, the flow by its GlobalID, and its name for who looks at the queue" do
    run = ParcelFlow.enqueue_now(number: 1)
    job = jobs.sole
    expect(job["arguments"].first).to eq("_aj_globalid" => flow_row("parcel").to_global_id.to_s)
    expect(job["arguments"].last).to include("run_id" => run.id)
    expect(job).to include("flow_name" => "parcel", "job_class" => "ActiveDataFlow::DataFlowJob", :queue => "parcels", "priority" => 7)
    expect(row(run).enqueued_job_id).to eq(job["job_id"])
    expect(run.arguments).to eq("number" => 1)
  end

  it "returns the unfinished run of the same arguments, and says so" do
    run = ParcelFlow.enqueue_now(number: 7)
    expect(ParcelFlow.enqueue_now(number: 8)).not_to eq(run)
    said = log { expect(ParcelFlow.enqueue_now(number: 7)).to eq(run) }
    expect(said).to include("ParcelFlow(number 7) is already waiting as run #{run.id}; returned it.")
    run.pause!
    expect(log { ParcelFlow.enqueue_now(number: 7) }).to include("is already paused as run #{run.id}; returned it.")
    expect(jobs.size).to eq(2)
  end

  it "enqueues after the commit, and nothing after a rollback" do
    ActiveRecord::Base.transaction do
      LetterFlow.enqueue_now
      expect(jobs).to eq([])
    end
    expect(jobs.size).to eq(1)
    ActiveRecord::Base.transaction { [ParcelFlow.enqueue_now(number: 1), raise(ActiveRecord::Rollback)] }
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.transaction(requires_new: true) { [ParcelFlow.enqueue_now(number: 2), raise(ActiveRecord::Rollback)] }
    end
    expect(jobs.size).to eq(1)
    expect(ParcelFlow.runs).to eq([])
  end

  it "later: the sweep enqueues it when its time has come" do
    run = LetterFlow.enqueue_later(wait: 3600)
    ActiveDataFlow::Sweep.call(now_or_never: true)
    expect(jobs).to eq([])
    later(3601) { ActiveDataFlow::Sweep.call(now_or_never: true) }
    expect(jobs.sole["arguments"].last).to include("run_id" => run.id)
  end

  it "refuses what the flow refuses, before there is a run" do
    expect { LetterFlow.enqueue_now(number: 1) }.to raise_error(/LetterFlow has no attribute/)
    expect { LetterFlow.enqueue_later(wait: "soon") }.to raise_error(ArgumentError)
    expect(ActiveDataFlow::DataFlowRun.count).to eq(0)
  end

  it "of many flows: one call of the adapter" do
    use(BulkAdapter.new)
    ActiveRecord::Base.transaction do
      job_class.perform_all_later([LetterFlow, "patient", [ParcelFlow, {number: 3}]])
      expect(adapter.calls).to eq([])
    end
    expect(adapter.calls).to eq([3])
    work
    expect(ActiveDataFlow::DataFlowRun.pluck(:status)).to eq(%w[success] * 3)
  end

  it "of what is no flow is refused" do
    stub_const("OtherThing", Class.new)
    expect { job_class.perform_all_later([LetterFlow, OtherThing]) }
      .to raise_error(ActiveDataFlow::ConfigurationError, "a job of flows takes a flow (a subclass of ActiveDataFlow::Base), not OtherThing")
    expect(ActiveDataFlow::DataFlowRun.count).to eq(0)
  end
end

RSpec.describe "[parts] A flow of several partitions" do
  before do
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM stamps") && connection.execute("INSERT INTO stamps (id) VALUES #{(1..12).map { |id| "(#{id})" }.join(", ")}") }
    use(BulkAdapter.new)
  end

  def run = StampFlow.runs.sole

  it "has a job for each part, by one call of the adapter after the commit, and one end" do
    ActiveRecord::Base.transaction { [StampFlow.enqueue_now, raise(ActiveRecord::Rollback)] }
    expect([StampFlow.runs, adapter.calls]).to eq([[], []])
    made = ActiveRecord::Base.transaction { StampFlow.enqueue_now.tap { expect(adapter.calls).to eq([]) } }
    expect([made.status, adapter.calls, StampFlow.enqueue_now, adapter.calls, jobs.size]).to eq(["pending", [3], made, [3], 3])
    expect(jobs.map { |job| job["arguments"].last["run_id"] }).to eq(row(made).parts.map(&:id))
    work
    expect(made.reload).to be_success.and have_attributes(counts: include(read: 12))
    expect(Told.rows).to eq([*1..12, [:complete, made.id]])
    expect([row(made).counts, row(made).progress, flow_row("stamp").status]).to match([include(read: 12), 1.0, "active"])
  end

  it "ends with the last part also where nobody is to be told" do
    made = QuietStampFlow.enqueue_now
    work
    expect(made.reload).to be_success.and have_attributes(counts: include(read: 12))
    expect(store.owing).to eq([])
  end

  it "is handed out by the job of a schedule, once however often that is tried" do
    job = job_class.new("stamp")
    2.times { ActiveJob::Base.execute(job.serialize) }
    expect(adapter.calls).to eq([3])
    work
    expect([run.status, Told.rows]).to eq(["success", [*1..12, [:complete, run.id]]])
    ActiveJob::Base.execute(job.serialize)
    expect(run).to be_success
  end

  it "fails when no part is left, and goes on with those that are not done" do
    Told.failing = ->(row) { raise "bad #{row[:id]}" if row[:id] == 7 }
    StampFlow.enqueue_now
    3.times { ActiveJob::Base.execute(jobs.shift) rescue nil } # standard:disable Style/RescueModifier
    expect([run.status, run.parts.map(&:status), Told.rows.last]).to eq(["failed", %w[success failed success], [:failure, run.id, "bad 7"]])
    expect(flow_row("stamp")).to have_attributes(status: "failed", last_error: "bad 7")
    Told.failing = nil
    expect(StampFlow.enqueue_now).to eq(run)
    expect(adapter.calls).to eq([3, 1])
    work
    expect([run.status, Told.rows.grep(Integer).sort, Told.rows.last]).to eq(["success", [*1..12], [:complete, run.id]])
    expect(flow_row("stamp").status).to eq("active")
  end

  it "is ended by the sweep where who did the last part died before that" do
    StampFlow.enqueue_now
    allow(ActiveDataFlow::Engine::Parts).to receive(:finish)
    work
    expect(run.status).to eq("in_progress")
    ActiveDataFlow::Sweep.call(now_or_never: true)
    expect([run.status, Told.rows.last]).to eq(["success", [:complete, run.id]])
  end

  it "is cleaned up with its parts, and not before it" do
    StampFlow.run_now
    old = row(run)
    ActiveDataFlow::DataFlowRun.update_all(ended_at: 2.years.ago)
    expect(ActiveDataFlow::Rails::Cleanup.call).to include(runs: 0)
    StampFlow.run_now
    expect(ActiveDataFlow::Rails::Cleanup.call).to include(runs: 1)
    expect(ActiveDataFlow::DataFlowRun.where(id: [old.id, *old.parts.map(&:id)])).to be_empty
    expect(ActiveDataFlow::DataFlowRun.count).to eq(4)
    expect { row(run).destroy }.to change(ActiveDataFlow::DataFlowRun, :count).by(-4)
  end
end

RSpec.describe "[job] ActiveDataFlow::DataFlowJob" do
  it "is a job of the application's, in a queue of its own" do
    expect(job_class.ancestors).to include(ActiveDataFlow::ApplicationJob, ApplicationJob)
    expect(job_class.new.queue_name).to eq("data_flows")
  end

  it "is continuable where Rails has that, and asks retry_on after an advance as well" do
    next expect(job_class.ancestors.map(&:name)).not_to include("ActiveJob::Continuable") unless defined?(ActiveJob::Continuable)

    expect(job_class.ancestors).to include(ActiveJob::Continuable)
    expect(job_class).to have_attributes(resume_errors_after_advancing: false, resume_options: {wait: 0})
  end

  it "takes the flow's row, its GlobalID, its id and its name" do
    flow = flow_row(LetterFlow.run_now.flow_name)
    [flow, flow.to_global_id.to_s, flow.id, flow.id.to_s, "letter", "LetterFlow"].each do |given|
      expect { job_class.perform_later(given) && work }.to change { LetterFlow.runs.size }.by(1)
    end
    expect(LetterFlow.runs).to all(be_success)
  end

  it "refuses a flow that there is not" do
    expect { job_class.perform_now(:letter) }.to raise_error(ActiveDataFlow::ConfigurationError, /takes a flow, its DataFlow, GlobalID, id or name, not :letter/)
  end

  it "calls run_batch inside of step process_batch" do
    called = []
    steps = []
    probe = Module.new { define_method(:run_batch) { |cursor:, **more| called << cursor and super(cursor:, **more) } }
    stub_const("ProbedFlow", Class.new(LetterFlow) { prepend probe })
    job = job_class.new("probed")
    job.define_singleton_method(:step) { |name, **more, &block| steps << name and super(name, **more, &block) }
    job.perform_now
    expect([called, steps]).to eq([[nil], [:process_batch]])
  end

  it "fetches and writes batch by batch; the cursor is the last record's" do
    job_class.perform_now("asked")
    expect(Told.rows).to eq([[:fetch, nil, 2], 1, 2, [:fetch, 2, 2], 3, 4, [:fetch, 4, 2], 5])
    expect(AskedFlow.runs.sole.cursor).to eq("int:5")
  end

  it "calls the callbacks of jobs" do
    HookedJob.perform_now("letter")
    expect(Told.rows).to eq([:before, 1, 2, 3, 4, 5, 6, :after])
  end

  it "has nothing to do for a run that has ended, or a flow that was deleted" do
    run = LetterFlow.enqueue_now
    work
    Told.reset
    job_class.perform_now(flow_row("letter"), run_id: run.id)
    job_class.perform_now("letter", run_id: 0)
    id = flow_row("letter").id
    LetterFlow.enqueue_now
    flow_row("letter").destroy!
    expect { work }.not_to raise_error
    expect { job_class.perform_now(id) }.not_to raise_error
    expect([Told.rows, jobs, ActiveDataFlow::DataFlowRun.count]).to eq([[], [], 0])
  end

  it "ends without an error where its flow is deleted while it works, and nothing more is committed" do
    run = ParcelFlow.enqueue_now(number: 1)
    Told.stop = ->(row) { flow_row("parcel").destroy! if row[:id] == 3 }
    work
    expect([Told.rows, jobs, ActiveDataFlow::DataFlowRun.where(id: run.id).count]).to eq([[1, 2], [], 0])
  end

  it "that is there twice makes one run, and carries it over once" do
    job = job_class.new("letter")
    2.times { ActiveJob::Base.execute(job.serialize) }
    expect(LetterFlow.runs.size).to eq(1)
    expect(Told.rows).to eq([1, 2, 3, 4, 5, 6])
  end
end

RSpec.describe "[stop] A worker that is to end" do
  def stopped_in(adapter)
    use(adapter)
    run = LetterFlow.enqueue_now
    work
    run.reload
  end

  it "ends between two batches, whatever its adapter asks like; the same job goes on" do
    [JobsInAnApplication::Ending, JobsInAnApplication::Endings].each do |kind|
      Told.reset
      run = stopped_in(kind.new)
      expect([Told.rows, run.status, run.cursor]).to eq([[1, 2, 3, 4], "in_progress", "int:4"])
      expect(row(run)).to have_attributes(token: nil, deaths: 0)
      expect(jobs.sole["job_id"]).to eq(row(run).owner_job_id)
      Told.reset
      work
      expect([Told.rows, run.reload.status]).to eq([[5, 6], "success"])
    end
  end

  it "is not asked where its adapter has no such question" do
    use(JobsInAnApplication::Silent.new)
    run = LetterFlow.enqueue_now
    work
    expect([Told.rows, run.reload.status, jobs]).to eq([[1, 2, 3, 4, 5, 6], "success", []])
  end

  it "mirrors the cursor in the job, and goes on where the run is" do
    run = stopped_in(JobsInAnApplication::Ending.new)
    expect(row(run)).to have_attributes(step: "process_batch", cursor: "int:4", counts: include(read: 4))
    job = jobs.sole
    expect(job["continuation"]["current"]).to eq(["process_batch", "int:4"]) if defined?(ActiveJob::Continuable)
    job["continuation"] = {"completed" => [], "current" => ["process_batch", "int:2"]}
    Told.reset
    work
    expect([Told.rows, run.reload.cursor]).to eq([[5, 6], "int:6"])
  end

  it "is brought back by the sweep where its job was lost" do
    run = stopped_in(JobsInAnApplication::Ending.new)
    jobs.clear
    Told.reset
    later(31) { ActiveDataFlow::Sweep.call(now_or_never: true) && work }
    expect([Told.rows, run.reload.status]).to eq([[5, 6], "success"])
  end

  it "ends after the time that a job may take" do
    ActiveDataFlow.configuration.max_runtime = 0.000001
    run = LetterFlow.enqueue_now
    work
    expect([run.reload.status, jobs.size]).to eq(["in_progress", 1])
  ensure
    ActiveDataFlow.reset_configuration!
  end

  it "is told by a person: paused, resumed and cancelled" do
    run = LetterFlow.enqueue_now
    Told.stop = ->(row) { run.pause! if row[:id] == 2 }
    work
    expect([Told.rows, run.reload.status, jobs]).to eq([[1, 2], "paused", []])
    later(7200) { ActiveDataFlow::Sweep.call(now_or_never: true) }
    job_class.perform_now("letter")
    expect([Told.rows, jobs]).to eq([[1, 2], []])

    run.resume!
    ActiveDataFlow::Sweep.call(now_or_never: true)
    Told.stop = ->(row) { run.cancel! if row[:id] == 4 }
    work
    expect([Told.rows, run.reload.status, jobs]).to eq([[1, 2, 3, 4], "cancelled", []])
  end
end

RSpec.describe "[changed] A run whose class is another one when its job comes again" do
  after { Operations::Registry.unload(@changed) }

  it "goes on at its cursor where only steps are others" do
    use(JobsInAnApplication::Ending.new)
    run = LetterFlow.enqueue_now
    work
    Told.reset
    stub_const("LetterFlow", @changed = Class.new(LetterFlow) { transform { |row| row[:id] += 100 } })
    work
    expect([Told.rows, run.reload.status]).to eq([[105, 106], "success"])
  end
end

RSpec.describe "[conflict] A second job of a run that is at work" do
  it "ends at once" do
    run = LetterFlow.enqueue_now
    Told.stop = ->(row) { job_class.perform_now("letter") && job_class.perform_now("letter", run_id: run.id) if row[:id] == 2 }
    work
    expect([Told.rows, jobs, LetterFlow.runs.size]).to eq([[1, 2, 3, 4, 5, 6], [], 1])
  end

  it "under on_conflict :wait comes back behind the lease, and then has a run of its own" do
    PatientFlow.enqueue_now
    Told.stop = ->(row) { job_class.perform_now("patient") if row[:id] == 2 }
    work
    expect(Told.rows).to eq([1, 2, 3, 4, 5, 6])
    expect(jobs.sole[:at]).to be_within(5).of(Time.now.to_f + 15)
    work
    expect(PatientFlow.runs.map(&:status)).to eq(%w[success success])
  end

  it "that is the same job again takes the run over" do
    run = LetterFlow.enqueue_now
    job = jobs.sole.select { |key, _| key.is_a?(String) }
    store.claim(run.id, job_id: job["job_id"], owner: "elsewhere:1:a")
    ActiveJob::Base.execute(job)
    expect(run.reload).to be_success
  end
end

RSpec.describe "[retries] What a run's error leads to" do
  def failing(error = RuntimeError, message = "no", times: 1)
    left = times
    Told.failing = ->(row) { raise error, message if row[:id] == 3 && (left -= 1) >= 0 }
  end

  it "is a failed run and a failed flow, with the error for who runs the queue; a success makes the flow active again" do
    run = ParcelFlow.enqueue_now(number: 1)
    failing
    expect { work }.to raise_error("no")
    expect(run.reload).to be_failed.and have_attributes(error_message: "no", cursor: "int:2")
    expect(flow_row("parcel")).to have_attributes(status: "failed", last_error: "no")
    expect([Told.rows, jobs]).to eq([[1, 2, :failure], []])
    ParcelFlow.enqueue_now(number: 1)
    work
    expect(flow_row("parcel")).to have_attributes(status: "active", last_error: nil)
  end

  def told_of_runs
    told = []
    subscriber = ActiveSupport::Notifications.subscribe("run.active_data_flow") { |event| told << event.payload.values_at(:status, :exception, :read) }
    yield
    told
  ensure
    ActiveSupport::Notifications.unsubscribe(subscriber)
  end

  it "is told as what it is: a run that is tried again is in progress, one that is not has failed" do
    LetterFlow.enqueue_now
    failing(ActiveRecord::Deadlocked, "no", times: 100)
    error = ["ActiveRecord::Deadlocked", "no"]
    expect(told_of_runs { work }).to eq([["in_progress", error, 2]])
    expect(told_of_runs { [work, (work rescue nil)] }).to eq([["in_progress", error, 0], ["failed", error, 0]]) # rubocop:disable Style/RescueModifier
    failing
    ParcelFlow.enqueue_now(number: 1)
    expect(told_of_runs { work rescue nil }).to eq([["failed", %w[RuntimeError no], 2]]) # rubocop:disable Style/RescueModifier
    failing(KeyError, times: 2)
    PatientFlow.enqueue_now
    expect(told_of_runs { 2.times { work } }.map(&:first)).to eq(%w[in_progress failed])
  end

  it "is where the schedule's next job goes on; enqueue_now makes a run from the first row" do
    failing
    expect { job_class.perform_now("letter") }.to raise_error("no")
    job_class.perform_now("letter")
    expect([Told.rows, LetterFlow.runs.sole.status]).to eq([[1, 2, 3, 4, 5, 6], "success"])
    failing
    LetterFlow.enqueue_now
    expect { work }.to raise_error("no")
    Told.reset
    LetterFlow.enqueue_now
    work
    expect([Told.rows, LetterFlow.runs.map(&:status)]).to eq([[1, 2, 3, 4, 5, 6], %w[success failed success]])
  end

  it "is another try after 5 seconds, three in all, where the database has a deadlock" do
    run = LetterFlow.enqueue_now
    failing(ActiveRecord::Deadlocked, times: 100)
    work
    expect(jobs.sole[:at]).to be_within(2).of(Time.now.to_f + 5)
    expect(row(run)).to have_attributes(status: "in_progress", token: nil, attempt: 1, error_class: "ActiveRecord::Deadlocked")
    expect(row(run).dispatch_after).to be_within(5).of(Time.now + 35)
    work
    expect(row(run)).to have_attributes(status: "in_progress", attempt: 2)
    expect { work }.to raise_error(ActiveRecord::Deadlocked)
    expect(run.reload).to be_failed
    expect(jobs).to eq([])
  end

  it "is another try after ever more seconds, ten in all, where a network does not answer" do
    run = LetterFlow.enqueue_now
    failing(Net::OpenTimeout, times: 100)
    waits = Array.new(9) do
      work
      jobs.sole[:at] - Time.now.to_f
    end
    waits.each.with_index(1) { |wait, try| expect(wait).to be_between(try**4, (try**4) * 1.16 + 3) }
    expect { work }.to raise_error(Net::OpenTimeout)
    expect(run.reload).to be_failed
  end

  it "goes on at the run's cursor in the next try" do
    run = LetterFlow.enqueue_now
    failing(ActiveRecord::Deadlocked)
    2.times { work }
    expect([Told.rows, run.reload.status]).to eq([[1, 2, 3, 4, 5, 6], "success"])
  end

  it "is what the flow's own rule says, before all others, also about an error that became the row's" do
    run = PatientFlow.enqueue_now
    Told.sinking = ->(row) { raise KeyError, "gone" if row[:id] == 3 }
    reported = []
    subscriber = Class.new { define_method(:report) { |error, handled:, context:, **| reported << [error.message, handled, context[:flow]] } }.new
    Rails.error.subscribe(subscriber)
    work
    expect(jobs.sole[:at]).to be_within(2).of(Time.now.to_f + 7)
    expect(jobs.sole.values_at("queue_name", "priority")).to eq(["slow", 9])
    work
    expect(run.reload).to be_failed
    expect(Told.rows.last).to match([run.id, /KeyError: gone/])
    expect([jobs, reported]).to match([[], [[/KeyError: gone/, true, "patient"]]])
  ensure
    Rails.error.unsubscribe(subscriber)
  end

  it "is nothing where another worker has the run meanwhile: no retry, no failure" do
    run = LetterFlow.enqueue_now
    Told.failing = lambda do |row|
      next unless row[:id] == 3

      later(60) { store.claim(run.id, owner: "elsewhere:1:a") }
      raise ActiveRecord::Deadlocked, "no"
    end
    work
    expect([jobs, run.reload.status, flow_row("letter").status]).to eq([[], "in_progress", "active"])
  end

  it "is a failed run where the error came before there was a claim" do
    run = BrokenFlow.enqueue_now
    Told.failing = -> {}
    expect { work }.to raise_error("no source")
    expect(run.reload).to be_failed.and have_attributes(error_message: "no source")
    expect(flow_row("broken")).to have_attributes(status: "failed", last_error: "no source")
  end

  it "is a failed flow where the job's arguments cannot be read any more" do
    run = LetterFlow.enqueue_now
    lost = flow_row(ParcelFlow.run_now(number: 1).flow_name)
    job = job_class.new(flow_row("letter"), lost, run_id: run.id).serialize
    lost.destroy!
    ActiveJob::Base.execute(job)
    expect(flow_row("letter")).to have_attributes(status: "failed", last_error: /ActiveDataFlow::DataFlow/)
    expect(run.reload).to be_failed
  end
end

RSpec.describe "[unknown] A flow that this process does not know" do
  def unknown(**columns)
    flow = ActiveDataFlow::DataFlow.create!(name: "of_tomorrow", source: {}, sink: {}, status: "active")
    flow.data_flow_runs.create!(run_after: Time.current, dispatch_after: Time.current, arguments: {}, arguments_digest: "one", **columns)
  end

  def sweep = ActiveDataFlow::Sweep.call(now_or_never: true)

  it "is tried again half a minute later by the sweep, as others may know it, and has failed after an hour" do
    run = unknown
    log { 2.times { sweep && work } }
    expect(row(run)).to have_attributes(status: "pending", error_message: /There is no flow "of_tomorrow"/)
    expect([row(run).dispatch_after, jobs]).to match([be_within(10).of(30.seconds.from_now), []])
    later(31) { log { sweep && work } }
    expect(row(run)).to have_attributes(status: "pending", dispatches: 2)
    said = later(3700) { log { sweep && work } }
    expect([row(run), flow_row("of_tomorrow")]).to all(have_attributes(status: "failed"))
    expect(said).to include("of_tomorrow run #{run.id} has failed: There is no flow")
  end

  it "is counted anew when somebody has taken its run who knows it" do
    run = unknown
    log { sweep && work }
    later(3700) do
      store.release(store.claim(run.id), after: 0)
      log { sweep && work }
      expect(row(run).status).to eq("in_progress")
    end
  end

  it "changes nothing where a worker has the run, or it has ended" do
    run = unknown
    sweep
    claim = store.claim(run.id)
    before = row(run).attributes
    log { work }
    expect(row(run).attributes).to eq(before)
    store.finish(claim)
    log { job_class.perform_now("of_tomorrow", run_id: run.id) }
    expect([row(run).status, jobs]).to eq(["success", []])
  end

  it "named by a schedule is tried again for an hour as well" do
    job = job_class.perform_later("of_tomorrow")
    log { work }
    expect(jobs.sole).to include("job_id" => job.job_id, :at => be_within(10).of(30.seconds.from_now.to_f))
    jobs.first["exception_executions"].transform_values! { 119 }
    expect { log { work } }.to raise_error(ActiveDataFlow::UnknownFlow, /There is no flow "of_tomorrow"/)
  end
end

RSpec.describe "[inactive] A flow whose row a person has made inactive" do
  before { LetterFlow.run_now && flow_row("letter").update!(status: "inactive") && Told.reset }

  it "is not run by a schedule's job, and still by who enqueues or starts it" do
    job_class.perform_later("letter")
    expect(log { work }).to include("LetterFlow is inactive")
    expect([Told.rows, LetterFlow.runs.size]).to eq([[], 1])
    LetterFlow.enqueue_now
    log { work }
    expect([LetterFlow.runs.size, flow_row("letter").status]).to eq([2, "inactive"])
    expect(LetterFlow.run_now).to be_success
  end

  it "is left alone also where it could not run" do
    StampFlow.run_now && flow_row("stamp").update!(status: "inactive")
    ActiveRecord::Schema.define { rename_table :stamps, :stamps_of_old }
    job_class.perform_later("stamp")
    expect(log { work }).to include("StampFlow is inactive")
  ensure
    ActiveRecord::Schema.define { rename_table :stamps_of_old, :stamps }
  end
end

RSpec.describe "[little] A schedule's job of a flow that finds nothing to do" do
  def asked
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |*, payload| sent << payload[:sql] unless payload[:cached] }
    yield
    sent.reject { |sql| sql.match?(/\A(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET)\b/i) }
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  it "sends its database six statements at most" do
    2.times { job_class.perform_later("new_stamp") && work }
    job_class.perform_later("new_stamp")
    sent = asked { work }
    expect(NewStampFlow.runs.map(&:status)).to eq(["success"] * 3)
    expect(sent.size).to be <= 6, sent.join("\n")
  end
end

RSpec.describe "[left alone] A source that wants to be left alone" do
  def refuse(wait)
    Told.failing = ->(row) { (Told.failing = nil) || raise(ActiveDataFlow::Throttled.new(wait:)) if row[:id] == 3 }
  end

  it "for long gives the worker back, and the run goes on when the time is over" do
    refuse(600)
    run = LetterFlow.enqueue_now
    expect(log { work }).to include("is throttled for 600.0 seconds (asked to wait 600 seconds); goes on then, in another job")
    expect(row(run)).to have_attributes(status: "in_progress", token: nil, deaths: 0, attempt: 0, cursor: "int:2", dispatch_after: be_within(30).of(10.minutes.from_now))
    expect(run.reload.throttled_until).to be_within(1).of(row(run).dispatch_after)
    expect([Told.rows, jobs]).to eq([[1, 2], []])
    later(601) do
      ActiveDataFlow::Sweep.call(now_or_never: true)
      work
    end
    expect([row(run).status, Told.rows]).to eq(["success", [1, 2, 3, 4, 5, 6]])
  end

  it "for a moment is waited for" do
    refuse(0.01)
    run = LetterFlow.enqueue_now
    work
    expect([row(run).status, row(run).fence]).to eq(["success", 1])
  end

  it "for a moment again and again gives the worker back as well" do
    waits = [0.01, 4.995]
    Told.failing = ->(row) { raise ActiveDataFlow::Throttled.new(wait: waits.shift) if row[:id] == 3 && waits.any? }
    run = LetterFlow.enqueue_now
    expect(log { work }).to match(/throttled for 0\.01 seconds .*; waits.*throttled for 4\.995 seconds .*; goes on then/m)
    expect([row(run).status, row(run).cursor]).to eq(["in_progress", "int:2"])
  end

  it "behind a page without rows is asked for the next one, and for no page twice" do
    Told.busy = 2
    run = PagedFlow.enqueue_now
    work
    expect(row(run)).to have_attributes(status: "in_progress", token: nil, deaths: 0, attempt: 0)
    expect(ActiveDataFlow::Native.decode_position(row(run).cursor)).to eq([2, 0])
    later(601) do
      Told.busy = nil
      ActiveDataFlow::Sweep.call(now_or_never: true)
      work
    end
    expect([row(run).status, Told.rows]).to eq(["success", [[:page, 0], 0, [:page, 1], [:page, 2], 2, [:page, 3], [:page, 4], 4]])
  end

  it "is what throttle_on says, too: it is asked before each batch, and again when the time is over" do
    run = BusyFlow.enqueue_now
    Told.busy = 10.minutes
    work
    expect(row(run)).to have_attributes(status: "in_progress", token: nil, attempt: 0, deaths: 0, cursor: nil, throttled_until: be_within(30).of(10.minutes.from_now))
    later(601) do
      Told.busy = nil
      ActiveDataFlow::Sweep.call(now_or_never: true)
      work
    end
    expect(row(run)).to have_attributes(status: "success", throttled_until: nil, attempt: 0, deaths: 0)
  end
end

RSpec.describe "[chain] A task that has started a run" do
  it "is told of its end by the sweep where the application ends it" do
    runs = %w[one two].map do |digest|
      LetterFlow.run_now
      flow_row("letter").data_flow_runs.create!(run_after: Time.current, dispatch_after: 1.day.from_now, arguments: {}, arguments_digest: digest, parent_task_id: "7")
    end
    runs.first.fail!("no")
    runs.last.start!.complete!
    expect(store.owing.map(&:id)).to match_array(runs.map(&:id))
    expect(ActiveDataFlow::Sweep.call(now_or_never: true)[:callbacks]).to eq(2)
    expect(store.owing).to eq([])
  end
end

RSpec.describe "[chain] after_complete" do
  it "enqueues the next flow once, and what it raises fails nothing" do
    run = ChainedFlow.enqueue_now
    log { work }
    expect(run.reload).to be_success
    expect(jobs.sole).to include("flow_name" => "parcel")
    log { work }
    expect(ParcelFlow.runs.sole).to be_success
  end
end

RSpec.describe "[settings] The runtime" do
  after { ActiveDataFlow.reset_configuration! }

  let(:config) { ActiveDataFlow.configuration }

  it "is ActiveJob's, and no other is known" do
    expect(config.runtime_adapter).to eq(:active_job)
    expect(ActiveDataFlow::Runtime.named(:active_job)).to eq(ActiveDataFlow::Runtime::ActiveJob)
    expect { config.runtime_adapter = :nope }.to raise_error(ActiveDataFlow::ConfigurationError, /:nope is none; there is :active_job/)
    expect { config.runtime_adapter = :heartbeat }.to raise_error(ActiveDataFlow::ConfigurationError, /:heartbeat is not in this version; there is :active_job/)
  end

  it "of a flow is kept in its row: queue, priority and batch size" do
    runtime = ActiveDataFlow::Runtime::ActiveJob.new(queue: :slow, priority: 3, batch_size: 1)
    expect(runtime).to have_attributes(queue: :slow, priority: 3, batch_size: 1)
    ActiveDataFlow::DataFlow.find_or_create(name: "letter", source: {}, sink: {}, runtime:)
    expect(ActiveDataFlow::Runtime::ActiveJob.from_json(flow_row("letter").runtime)).to eq(runtime)
    run = LetterFlow.enqueue_now
    expect(jobs.sole).to include(:queue => "slow", "priority" => 3)
    work
    expect(row(run).commits).to eq(6)
    expect { ActiveDataFlow::Runtime::ActiveJob.new(batch_size: 0) }.to raise_error(ArgumentError, /from 1 on/)
  end

  it "names the queues, and takes seconds that are some" do
    config.queue = :flows
    expect(job_class.new.queue_name).to eq("flows")
    expect { config.sweep_interval = 0 }.to raise_error(ActiveDataFlow::ConfigurationError, /a number of seconds above 0/)
  end
end

RSpec.describe "[sweep] The sweep" do
  it "is a job with a queue of its own, before all others" do
    expect(ActiveDataFlow::SweepJob.new).to have_attributes(queue_name: "active_data_flow_sweep", priority: be < 0)
  end

  it "does not enqueue a backlog again" do
    3.times { |number| ParcelFlow.enqueue_now(number:) }
    later(40) do
      3.times { ActiveDataFlow::SweepJob.perform_now && ActiveDataFlow::Sweep.call(now_or_never: true) }
      expect(jobs.size).to eq(6)
    end
  end

  it "comes with the end of a job where no recurring job brings it, once in an interval" do
    use(BulkAdapter.new)
    ActiveRecord::Base.connection.execute("DELETE FROM active_data_flow_sweeps")
    abandoned = -> { ParcelFlow.enqueue_now(number: adapter.calls.size).then { |run| ActiveDataFlow::DataFlowRun.where(id: run.id).update_all(dispatch_after: 1.hour.ago) } }
    abandoned.call
    job_class.perform_now("letter")
    expect(adapter.calls).to eq([1, 1])
    abandoned.call
    job_class.perform_now("letter")
    expect(adapter.calls).to eq([1, 1, 1])
  end

  it "leaves tests alone, in which nothing is to run by itself" do
    expect { job_class.perform_now("letter") }.not_to change(ActiveDataFlow::Sweep, :last_at)
  end
end
