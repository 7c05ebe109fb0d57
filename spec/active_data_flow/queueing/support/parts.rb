# frozen_string_literal: true

# Read in four parts; a row that is written twice is there twice.
class PartedFlow < ActiveDataFlow::Base
  class << self
    attr_accessor :in_between, :at_row
  end

  source :numbers
  partitions 4
  batch_size 5
  transform { |row| PartedFlow.at_row&.call(row[:id]) }
  keep :name
  sink RunDatabase::SinkRow, mode: :insert
  on_all_complete { |run| RunDatabase::SinkRow.create!(name: "complete: #{run.counts[:read]}") }
  on_all_complete { PartedFlow.in_between&.call }
  after_failure { |run| RunDatabase::SinkRow.create!(name: "failed: #{run.error_message}") }
end

# A job of a part: it waits for nobody.
class PartContext < ActiveDataFlow::Engine::Context
  attr_reader :job_id

  def initialize(job_id)
    @job_id = job_id
    super()
  end

  def waits? = false

  def again_after = 0
end

RSpec.shared_context "a run in parts" do
  rows = (1..40).map { |number| {id: number, name: "row #{number}"} }

  before(:context) do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.create_table(:numbers) { |table| table.string :name }
      rows.each { |row| connection.insert("INSERT INTO numbers (id, name) VALUES (#{row[:id]}, '#{row[:name]}')") }
    end
  end

  after(:context) { ActiveRecord::Base.connection_pool.with_connection { |connection| connection.drop_table(:numbers) } }

  before { PartedFlow.in_between = PartedFlow.at_row = nil }

  let(:names) { rows.map { |row| row[:name] } }

  def whole = store.runs.first

  def parts = store.parts(whole.id)

  def copied = sink.grep(/row/).sort_by { |name| name[/\d+/].to_i }

  def told = sink.grep_v(/row/)

  # Whatever has happened: the run has ended, each row was carried over once, and that was told as often as is said here.
  def ended_well(told: 1)
    run = ActiveDataFlow::Run.new(store, whole)
    expect([run.status, run.counts[:read], store.runs.size, store.parts(run.id).map(&:status)]).to eq(["success", 40, 1, ["success"] * 4])
    expect([copied, self.told]).to eq([names, ["complete: 40"] * told])
    expect([store.due, store.over, store.owing, now_of(run).callbacks_due]).to eq([[], [], [], 0])
  end

  # Does what the jobs are for that are there.
  def work_off = TableQueue::Job.order(:id).to_a.map { |job| carry_over(job.run_id, job.job_id).tap { job.destroy! } }

  def carry_over(run_id, job_id)
    start.resume(ActiveDataFlow::RunStore.all.first.find(run_id), PartContext.new(job_id))
  rescue KeyError
    :failed
  end

  def start = ActiveDataFlow::Engine::Start.new(PartedFlow.new)

  # What a job of a schedule does, which makes the run itself.
  def perform(job_id)
    start = self.start
    row = start.ask { |entry| start.store.run_of_job(job_id:, **entry) } or return :nothing
    start.resume(row, PartContext.new(job_id))
  end

  # In a process that has a store which lacks something.
  def mutated(name, &mutant) = ActiveDataFlow::RunStore.of(PartedFlow).singleton_class.define_method(name, &mutant)

  # Without a part of the condition under which a whole run is ended.
  def ending_without(guard)
    mutated(:change) { |connection, set, where, *more, **values| super(connection, set, set.start_with?("status = ") ? where.sub(guard, "1 = 1") : where, *more, **values) }
  end
end

RSpec.shared_examples "runs in parts whose processes are killed" do
  include_context "a run in parts"

  # By the words of an example: what is killed at which statement.
  in_the_split = {
    "the whole run is there and no part" => [:after, /\AINSERT INTO .?active_data_flow_data_flow_runs/, 1],
    "the parts are there" => [:after, /\AINSERT INTO .?active_data_flow_data_flow_runs/, 2]
  }

  in_the_split.each do |place, (moment, pattern, nth)|
    it "are not there at all where #{place}, before the commit; who asks again gets all of them" do
      [-> { PartedFlow.enqueue_now }, -> { perform("job") }, -> { PartedFlow.run_now }].each do |way|
        kill_at(moment, pattern, nth:, &way)
        expect([RunDatabase::Run.count, queue.runs, sink]).to eq([0, [], []])
      end
      PartedFlow.enqueue_now
      expect([queue.runs, work_off]).to eq([parts.map(&:id), [:success] * 4])
      ended_well
    end
  end

  # MySQL makes a row in two statements.
  it "need the transaction for that: without it a run is left that nobody can end", if: RunDatabase::KIND != :mysql do
    kill_at(:before, /\AINSERT INTO .?active_data_flow_data_flow_runs/, nth: 2) do
      mutated(:insert_run) { |connection, *given, **run| super(connection, *given, **run).tap { %w[COMMIT BEGIN].each { |sql| connection.execute(sql) } } }
      PartedFlow.enqueue_now
    end
    later(7200)
    sweep
    expect([whole.status, whole.part_count, parts, queue.runs]).to eq(["in_progress", 4, [], []])
  end

  win = /enqueued_job_id =/
  between = {
    "before any of them is won" => [:before, win, 1, 0], "after two of them were won" => [:before, win, 3, 0],
    "after all of them were won" => [:before, /\AINSERT INTO .?queued_jobs/, 1, 0], "after they were enqueued" => [:after, /\AINSERT INTO .?queued_jobs/, 1, 4]
  }

  between.each do |place, (moment, pattern, nth, there)|
    it "are enqueued by the sweep, those that are not, where the process is killed #{place}" do
      kill_at(moment, pattern, nth:) { PartedFlow.enqueue_now }
      expect([whole.status, parts.map(&:status), queue.runs.size]).to eq(["in_progress", ["pending"] * 4, there])
      2.times { sweep && later(31) }
      expect(queue.runs.uniq.sort).to eq(parts.map(&:id).sort)
      work_off
      ended_well
    end

    it "are enqueued where the job is killed that has made them, #{place}, and comes again: it splits nothing anew" do
      kill_at(moment, pattern, nth:) { perform("job") }
      split = parts.map { |part| [part.id, part.range_from, part.range_upto] }
      2.times { perform("job") && later(31) }
      expect([parts.map { |part| [part.id, part.range_from, part.range_upto] }, queue.runs.uniq.sort]).to eq([split, split.map(&:first)])
      work_off
      expect([perform("job"), store.runs.size]).to eq([:nothing, 1])
      ended_well
    end
  end

  it "go on by who comes next where there is no queue" do
    ActiveDataFlow::Outbox.dispatcher = nil
    kill_at(:before, /SET deaths/) { PartedFlow.run_now }
    expect([parts.size, copied]).to eq([4, []])
    run = PartedFlow.run_now
    expect(run.id).to eq(whole.id)
    ended_well
  end

  ending = /SET status = 'success'/
  {"before" => [:before, "in_progress"], "after" => [:after, "success"]}.each do |word, (moment, status)|
    it "end as one by the sweep, and that is told once, where the last one's process is killed #{word} the whole is ended" do
      PartedFlow.enqueue_now
      kill_at(moment, ending) { work_off }
      expect([whole.status, parts.map(&:status), told]).to eq([status, ["success"] * 4, []])
      expect([sweep[:callbacks], sweep[:callbacks]]).to eq([1, 0])
      work_off
      ended_well
    end
  end

  it "end as one by who starts the flow next, who reads nothing again, where the last one's process is killed before that" do
    {perform: -> { perform("another job") }, run_now: -> { PartedFlow.run_now }}.each_value do |way|
      RunDatabase.empty
      TableQueue::Job.delete_all
      PartedFlow.enqueue_now
      kill_at(:before, ending) { work_off }
      way.call
      ended_well
    end
  end

  it "end as one, cancelled, by the sweep that cancels the one of them whose process is dead" do
    PartedFlow.enqueue_now
    killed { (PartedFlow.at_row = ->(id) { die if id == 8 }) && work_off }
    store.cancel(whole.id)
    later(store.lease_seconds + 1)
    expect([whole.status, sweep[:cancelled], whole.status, parts.map(&:status).uniq]).to eq(["in_progress", 1, "cancelled", ["cancelled"]])
    expect([copied.size, told]).to eq([5, []])
  end

  it "are told of again where the process is killed in the callbacks, not before the time for these is over" do
    PartedFlow.enqueue_now
    killed { (PartedFlow.in_between = -> { die }) && work_off }
    expect([whole.status, told, sweep[:callbacks]]).to eq(["success", ["complete: 40"], 0])
    later(31)
    expect(sweep[:callbacks]).to eq(1)
    ended_well(told: 2)
  end

  it "end as one, and that is told once, though all end at once" do
    PartedFlow.enqueue_now
    jobs = TableQueue::Job.order(:id).pluck(:run_id, :job_id)
    expect(in_processes(4) { |number| carry_over(*jobs[number]) }).to eq([:success] * 4)
    ended_well
  end

  # The last one's worker has seen that all have ended, and stands still; meanwhile the sweep ends the run.
  def overtaken(&mutant)
    PartedFlow.enqueue_now
    stopped = stop_at(:before, /SET status = 'success'/) { mutant&.call || work_off.last }
    sweep
    go_on(stopped)
    told
  end

  it "need to be ended under the condition that nobody else has" do
    expect(overtaken).to eq(["complete: 40"])
    ended_well
    RunDatabase.empty
    TableQueue::Job.delete_all
    expect(overtaken { ending_without("status = 'in_progress'") && nil }).to eq(["complete: 40"] * 2)
  end

  # Meanwhile the sweep ends the run, which has failed, and somebody has it go on.
  def resumed(&mutant)
    PartedFlow.enqueue_now
    stopped = stop_at(:before, /SET status = 'failed'.*COALESCE\(started_at/m) do
      mutant&.call
      PartedFlow.at_row = ->(id) { raise KeyError, "no" if id == 15 }
      work_off
    end
    sweep
    store.resume(whole.id)
    go_on(stopped)
    [whole.status, told]
  end

  it "need to be ended under the condition that none of them goes on" do
    expect(resumed).to eq(["in_progress", ["failed: no"]])
    TableQueue::Job.delete_all
    sweep
    expect(work_off).to eq([:success])
    expect([whole.status, copied, told]).to eq(["success", names, ["failed: no", "complete: 40"]])
    RunDatabase.empty
    TableQueue::Job.delete_all
    expect(resumed { ending_without(/NOT EXISTS .*/m) && nil }).to eq(["failed", ["failed: no"] * 2])
  end
end
