# frozen_string_literal: true

# Run inside of a Rails application that has this gem and SolidQueue: see events_spec.rb.
require File.expand_path("config/environment")
require "active_support/testing/time_helpers"
require_relative "../../../support/letter_task"

ActiveRecord::Schema.verbose = false
load File.join(Gem.loaded_specs.fetch("solid_queue").full_gem_path, "lib/generators/solid_queue/install/templates/db/queue_schema.rb")

module EventsInAnApplication
  # What is written to the log meanwhile.
  def logged(level = Logger::INFO)
    text = StringIO.new
    before = ActiveSupport::LogSubscriber.logger
    ActiveSupport::LogSubscriber.logger = ActiveSupport::Logger.new(text, level:)
    yield
    text.string.gsub(/\d+\.\d+ ms/, "1 ms")
  ensure
    ActiveSupport::LogSubscriber.logger = before
  end

  def connection = ActiveRecord::Base.connection

  def flow(rows, name = "LetterFlow", &body)
    stub_const(name, Class.new(ActiveDataFlow::Base)).tap do |klass|
      klass.class_eval do
        source rows
        class_eval(&body) if body
        sink { |_row| nil }
      end
    end
  end
end

RSpec.configure do |config|
  config.include EventsInAnApplication
  config.include ActiveSupport::Testing::TimeHelpers
  config.before do
    Operations.executor_adapter = Operations::Executor::Inline.new # what is told is told here, and not by a worker
    ActiveDataFlow::DataFlow.destroy_all
    ActiveDataFlow::Metrics.reset!
    SolidQueue::Job.destroy_all
  end
end

RSpec.describe "[log] The log" do
  let(:rows) { [{id: 1}, {id: 2}, {id: 3}] }

  it "has a line for each run, and each batch at debug" do
    klass = flow(rows) { batch_size 2 }
    expect(logged { klass.run_now }.lines(chomp: true)).to eq(["[letter run #{klass.runs.first.id}] success after 1 ms: 3 read, 3 new"])
    said = logged(Logger::DEBUG) { klass.run_now }.lines(chomp: true).grep(/\A\[letter/)
    expect(said.map { |line| line[/\] (.*)/, 1] }).to eq(["batch of 2 rows, 1 ms: 2 read, 2 new", "is at row 2",
      "batch of 1 rows, 1 ms: 1 read, 1 new", "is at row 3", "success after 1 ms: 3 read, 3 new"])
  end

  it "says why a run failed, where the next goes on, and how many rows were put aside" do
    broken = true
    klass = flow(rows) do
      batch_size 2
      transform { |row| raise KeyError, "no luck" if broken && row[:id] == 3 }
    end
    said = logged { klass.run_now rescue nil } # rubocop:disable Style/RescueModifier
    expect(said).to match(/\] failed \(KeyError: no luck\) after 1 ms: 2 read, 2 new$/)
    broken = false
    expect(logged { klass.run_now }).to match(/\] goes on after row 2$/)
    careful = flow(rows, "CarefulFlow") do
      on_error :quarantine, budget: 1.0
      transform { |row| raise KeyError, "no luck" if row[:id] > 1 }
    end
    expect(logged { careful.run_now }).to include("put 2 rows aside (transform): KeyError: no luck")
    careless = flow(rows, "CarelessFlow") do
      on_error :skip, budget: 1.0
      transform { |row| raise KeyError, "no luck" if row[:id] == 1 }
    end
    expect(logged { careless.run_now }).to include("left out 1 row (on_error :skip, which keeps none)")
  end

  it "has what was done to a task, and each of its steps at debug" do
    task = LetterTask.call
    said = logged(Logger::DEBUG) { task.answer!("yes") }.lines(chomp: true).grep(/\A\[LetterTask/)
    expect(said.map { |line| line[/\] (.*)/, 1] }).to eq(["answer! in asked?", "asked? -> done", "is completed in done",
      "woke in asked?, is completed in done, 1 ms"])
    expect(logged { LetterTask.call.answer!("yes") }.lines.size).to eq(1)
    stub_const("LostTask", Class.new(Operations::Task) { action(:start) { raise KeyError, "no luck" }.then(:done) && result(:done) })
    expect(logged(Logger::DEBUG) { LostTask.call rescue nil }).to match(/^\[LostTask .*\] is failed in start \(KeyError\)$/) # rubocop:disable Style/RescueModifier
  end
end

RSpec.describe "[structured] Rails.event" do
  it "has each event by its name, with ids, and without objects", if: Rails.respond_to?(:event) do
    heard = Class.new do
      def emit(event) = events << event

      def events = @events ||= []
    end.new
    Rails.event.subscribe(heard)
    run = flow([{id: 1}]).run_now
    LetterTask.call.answer!("yes")
    names = heard.events.map { |event| event[:name] }
    expect(names).to include("active_data_flow.run", "active_data_flow.batch", "active_data_flow.checkpoint", "operations.transition", "operations.interaction", "operations.wake")
    told = heard.events.find { |event| event[:name] == "active_data_flow.run" }
    expect(told[:payload]).to include(run_id: run.id, flow: "letter", status: "success", duration_ms: be_a(Float))
  ensure
    Rails.event.unsubscribe(heard)
  end

  it "is where nothing is missed before 8.1", unless: Rails.respond_to?(:event) do
    expect(flow([{id: 1}]).run_now).to be_success
  end
end

RSpec.describe "[metrics] Metrics" do
  it "count the runs of a flow, and its rows a second" do
    klass = flow([{id: 1}, {id: 2}])
    2.times { klass.run_now }
    expect(ActiveDataFlow::Metrics.counts("letter")).to include(runs: 2, success: 2)
    expect(ActiveDataFlow::Metrics.durations("letter")[:runs]).to include(count: 2)
    expect(ActiveDataFlow::Metrics.throughput("letter")).to be_positive
  end

  it "count the gem's own jobs, and no other" do
    own = stub_const("ActiveDataFlow::LetterJob", Class.new(ActiveDataFlow::ApplicationJob) { def perform(_flow) = nil })
    other = stub_const("OtherJob", Class.new(ActiveJob::Base) { def perform(_flow) = nil })
    2.times { own.perform_now("letter") }
    other.perform_now("letter")
    expect(ActiveDataFlow::Metrics.counts).to eq("letter" => {runs: 0, jobs: 2, failed_jobs: 0})
  end

  it "tell how many jobs each queue has, and how fast they are done" do
    job = stub_const("OtherJob", Class.new(ActiveJob::Base) { def perform = nil })
    3.times { job.perform_later }
    job.set(wait: 1.hour, queue: "slow").perform_later
    SolidQueue::Job.order(:id).first.tap { |done| done.ready_execution.destroy! }.finished!
    told = ActiveDataFlow::Metrics.queue
    expect(told[:available]).to be(true)
    expect(told[:queues]["default"]).to include(ready: 2, scheduled: 0, claimed: 0, rate: 1.0)
    expect(told[:queues]["slow"]).to include(ready: 0, scheduled: 1, latency: 0)
  end

  it "answer where the tables of the queue are missing" do
    connection.rename_table(:solid_queue_ready_executions, :elsewhere)
    expect(ActiveDataFlow::Metrics.queue).to match(available: false, reason: /did not answer: .*solid_queue_ready_executions/)
  ensure
    connection.rename_table(:elsewhere, :solid_queue_ready_executions)
  end
end

RSpec.describe "[hidden] What the application filters" do
  let(:klass) do
    flow([{id: 1, email: "ada@example.org"}]) do
      on_error :quarantine, budget: 1.0
      transform { |row| raise ArgumentError, "nobody at #{row[:email]}" }
    end
  end

  let(:encrypted) do
    {primary_key: "primary " * 4, deterministic_key: "deterministic " * 4, key_derivation_salt: "salt " * 4}
  end

  def encrypting
    before = ActiveRecord::Encryption.config.instance_variables.to_h { |name| [name, ActiveRecord::Encryption.config.instance_variable_get(name)] }
    ActiveRecord::Encryption.configure(**encrypted)
    yield
  ensure
    before.each { |name, value| ActiveRecord::Encryption.config.instance_variable_set(name, value) }
  end

  def stored = connection.select_rows("SELECT #{connection.quote_column_name("row")}, raw, reason FROM active_data_flow_rejects").flatten.compact.join

  it "is neither in the log nor in what a reject shows of itself" do
    run = nil
    said = logged { run = klass.run_now }
    expect(said).to include("put 1 row aside (transform): ArgumentError: nobody at [FILTERED]")
    expect([run.rejects.first.inspect, ActiveDataFlow::Reject.sole.inspect].join).not_to include("ada@")
    expect(run.rejects.first.row).to include("email" => "ada@example.org")
  end

  it "is not in what the log says of the errors of tasks and callbacks" do
    stub_const("LostTask", Class.new(Operations::Task) do
      retry_on ArgumentError
      action(:start) { raise ArgumentError, "email: ada@example.org" }.then(:done)
      result :done
    end)
    post = flow([{id: 1}]) { after_complete { raise "email: ada@example.org" } }
    Operations.logger = Logger.new(text = StringIO.new)
    [LostTask.call, post.run_now]
    expect(text.string).to include("to try again: ArgumentError: email: [FILTERED]", "failed: RuntimeError: email: [FILTERED]")
    expect(text.string).not_to include("ada@")
  ensure
    Operations.logger = Rails.logger
  end

  it "is not in the last error of a flow, nor in that of a run" do
    klass.run_now
    ActiveDataFlow::DataFlow.sole.update!(last_error: "Key (email)=(ada@example.org) already exists.")
    ActiveDataFlow::DataFlowRun.sole.update!(error_message: "{email: \"ada@example.org\"}")
    expect(ActiveDataFlow::DataFlow.sole.last_error).to eq("Key (email)=([FILTERED]) already exists.")
    expect(ActiveDataFlow::DataFlowRun.sole.error_message).to eq("{email: [FILTERED]}")
    expect(klass.runs.first.error_message).to eq("{email: [FILTERED]}")
    expect(ActiveDataFlow::DataFlow.sole[:last_error]).to include("ada@")
    expect([ActiveDataFlow::DataFlow.sole, ActiveDataFlow::DataFlowRun.sole].map(&:inspect).join).not_to include("ada@")
  end

  it "is stored as it is where the application does not encrypt, and encrypted where it does" do
    klass.run_now
    expect(stored).to include("ada@example.org")
    encrypting do
      ActiveDataFlow::Reject.delete_all
      run = klass.run_now
      expect(stored).not_to match(/ada|nobody/)
      expect(run.rejects.first).to have_attributes(row: include("email" => "ada@example.org"), reason: "ArgumentError: nobody at ada@example.org")
      expect(ActiveDataFlow::Reject.sole.row).to include("ada@example.org")
      reject = run.rejects.first
      reject.update!(row: reject.row.merge("email" => "adele@example.org"))
      expect([reject.replay, reject.reason]).to eq([false, "ArgumentError: nobody at adele@example.org"])
      expect(stored).not_to match(/adele|nobody/)
      expect([reject.inspect, ActiveDataFlow::Reject.sole.inspect].join).not_to include("adele")
    end
  end

  it "is read as before where it was stored before" do
    run = klass.run_now
    encrypting { expect(run.rejects.first.row).to include("email" => "ada@example.org") }
  end
end

RSpec.describe "[errors] Rails.error" do
  it "is told when leases could not be renewed" do
    heard = []
    subscriber = Class.new { define_method(:report) { |error, **about| heard << [error.message, about[:source], about[:context]] } }.new
    Rails.error.subscribe(subscriber)
    store = ActiveDataFlow::RunStore.memory
    store.define_singleton_method(:renew) { |_claims| raise IOError, "the line is down" }
    row = store.find_or_create(flow_name: "letter", arguments: {}, digest: "one")
    renewer = ActiveDataFlow::RunStore::Renewer.new
    lease = renewer.hold(store, store.claim(row.id))
    store.define_singleton_method(:shared?) { true }
    renewer.hold(store, lease.claim)
    renewer.renew
    expect(heard).to include(["the line is down", "active_data_flow", hash_including(runs: [row.id])])
  ensure
    Rails.error.unsubscribe(subscriber)
    ActiveDataFlow::RunStore.reset!
  end

  it "is told what a listener has raised" do
    heard = []
    subscriber = Class.new { define_method(:report) { |error, **about| heard << [error.message, about[:context]] } }.new
    Rails.error.subscribe(subscriber)
    listener = ActiveSupport::Notifications.subscribe("batch.active_data_flow") { |_event| raise "the listener broke" }
    expect(flow([{id: 1}]).run_now).to be_success
    expect(heard).to include(["the listener broke", hash_including(event: "batch.active_data_flow")])
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
    Rails.error.unsubscribe(subscriber)
  end
end

RSpec.describe "[cleanup] active_data_flow:cleanup" do
  before(:context) { Rails.application.load_tasks }

  def clean_up = expect { Rake::Task["active_data_flow:cleanup"].tap(&:reenable).invoke }

  def aged(run, **age) = ActiveDataFlow::DataFlowRun.where(id: run.id).update_all(ended_at: Time.current.ago(age.fetch(:days).days))

  it "deletes rows that were put aside longer ago than they are kept" do
    klass = flow([{id: 1}]) do
      on_error :quarantine, budget: 1.0
      transform { |_row| raise "no" }
    end
    2.times { klass.run_now }
    ActiveDataFlow::Reject.order(:id).first.update_columns(created_at: 31.days.ago)
    clean_up.to output("Deleted 1 rejects and 0 runs.\n").to_stdout
    expect(ActiveDataFlow::Reject.count).to eq(1)
  end

  it "empties them where the run may go on, which knows by their number which are its own" do
    good = false
    klass = flow((1..4).map { |id| {id:} }) do
      batch_size 1
      on_error :quarantine, budget: 2
      transform { |row| raise "no" unless good || row[:id] == 1 }
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded)
    run = klass.runs.first
    ActiveDataFlow::Reject.order(:id).first(2).each { |reject| reject.update_columns(created_at: 31.days.ago) }
    clean_up.to output("Deleted 2 rejects and 0 runs.\n").to_stdout
    expect { Rake::Task["active_data_flow:cleanup"].tap(&:reenable).invoke }.to output(/Deleted 0 rejects/).to_stdout
    expect(run.rejects.map { |reject| [reject.status, reject.row, reject.reason] }).to eq([["discarded", nil, nil], ["discarded", nil, nil], ["open", {"id" => 4}, "RuntimeError: no"]])
    expect([run.replay_rejects, run.rejects.last.tap(&:replay).reason]).to match([{replayed: 0, open: 1}, /its batch was not committed/])
    good = true
    expect(klass.run_now.rejects.map(&:position)).to eq(%w[int:2 int:3])
  end

  it "deletes runs that ended longer ago, with their rejects, but never the last success of a flow" do
    klass = flow([{id: 1}]) do
      on_error :quarantine, budget: 1.0
      transform { |_row| raise "no" }
    end
    first, second = klass.run_now, klass.run_now
    [first, second].each { |run| aged(run, days: 100) }
    aged(first, days: 101)
    clean_up.to output("Deleted 0 rejects and 1 runs.\n").to_stdout
    expect(klass.runs.map(&:id)).to eq([second.id])
    expect(ActiveDataFlow::Reject.pluck(:run_id)).to eq([second.id])
  end

  it "leaves what has not ended, what was just now, and all where it is to be kept" do
    klass = flow([{id: 1}])
    first = klass.run_now
    klass.run_now
    clean_up.to output("Deleted 0 rejects and 0 runs.\n").to_stdout
    aged(first, days: 1000)
    ActiveDataFlow.configuration.run_retention = nil
    clean_up.to output("Deleted 0 rejects and 0 runs.\n").to_stdout
    ActiveDataFlow.configuration.run_retention = 1.year
    clean_up.to output("Deleted 0 rejects and 1 runs.\n").to_stdout
  ensure
    ActiveDataFlow.configuration.run_retention = 90.days
  end

  it "refuses a retention that is none" do
    expect { ActiveDataFlow.configuration.reject_retention = "30 days" }.to raise_error(ActiveDataFlow::ConfigurationError, /reject_retention is a time, e\.g\. 30\.days/)
  end
end
