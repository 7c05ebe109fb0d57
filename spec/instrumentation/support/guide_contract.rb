# frozen_string_literal: true

# Run by ../events_spec.rb in a process of its own, where ActiveSupport is.

require "active_support"
require "active_support/notifications"
require_relative "../../support/letter_task"

# The table of guides/events.md is what is sent: every event, and every key of its payload.
RSpec.describe "The events of guides/events.md" do
  table = File.readlines(File.expand_path("../../../guides/events.md", __dir__)).filter_map do |line|
    name, _when, payload = line.split("|").map(&:strip).reject(&:empty?) if line.match?(/\A\| `\w+\.(active_data_flow|operations)`/)
    [name.delete("`"), payload.scan(/\w+/).map(&:to_sym)] if name
  end.to_h

  def every_task_event
    at(TaskHelpers::NOON) { LetterTask.call }.then { |task| at(TaskHelpers::NOON + 90_000) { expect { task.wake_up! }.to raise_error(Operations::Timeout) } }
    LetterTask.call.answer!("yes")
  end

  def every_flow_event
    klass = running(Array.new(6) { |index| {id: index + 1} }) do
      batch_size 2
      on_error :quarantine, budget: 1.0
      transform { |row| raise "no" if row[:id] == 1 }
    end
    klass.run_now { |run| run.pause! if run.counts[:read] == 2 }
    klass.runs.first.resume!
    klass.run_now
  end

  # Without jobs: what dispatches asks for no more than this.
  def every_queue_event
    store = ActiveDataFlow::RunStore.memory
    store.enqueue(flow_name: "order_export", arguments: {}, digest: "other")
    job = Struct.new(:job_id).new("job-1")
    before = ActiveDataFlow::Outbox.dispatcher
    ActiveDataFlow::Outbox.dispatcher = Struct.new(:job) {
      def job_for(_row) = job

      def enqueue(_jobs) = nil
    }.new(job)
    ActiveDataFlow::Sweep.call(now_or_never: true)
  ensure
    ActiveDataFlow::Outbox.dispatcher = before
  end

  before { ActiveDataFlow::RunStore.reset! }

  it "are those that are sent, with those payloads" do
    events = told do
      every_task_event
      every_flow_event
      every_queue_event
    end
    sent = events.group_by(&:name).transform_values { |same| same.flat_map { |event| event.payload.keys - %i[exception exception_object] }.uniq }
    expect(sent.transform_values(&:sort)).to eq(table.transform_values(&:sort))
  end

  it "have in each event what they have in any" do
    events = told { every_task_event && every_flow_event && every_queue_event }
    lacking = events.reject { |event| (table.fetch(event.name) - event.payload.keys).empty? }
    expect(lacking.map { |event| [event.name, table[event.name] - event.payload.keys] }).to eq([])
  end
end
