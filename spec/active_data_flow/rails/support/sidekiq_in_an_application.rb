# frozen_string_literal: true

# Run inside of a Rails application whose jobs are Sidekiq's: see sidekiq_spec.rb.
require_relative "queue_contract"
require "sidekiq/api"

# Two processes, as a person starts them; one that has ended is replaced when the next is looked for.
class SidekiqQueue
  include InAnApplication::Processes

  COMMAND = ["-S", "sidekiq", "--concurrency", "2", "--timeout", "3", *%w[data_flows active_data_flow_sweep default].flat_map { |name| ["--queue", name] }].freeze

  def initialize
    @workers = Array.new(2) { start }
  end

  def start = QueueApps::Workers.new(*COMMAND)

  def end_worker(row)
    super
    replace(row)
  end

  def kill_worker(row)
    super
    replace(row)
  end

  # Jobs that Redis has, of whatever kind.
  def jobs = Sidekiq::Queue.all.sum(&:size) + [Sidekiq::ScheduledSet, Sidekiq::RetrySet, Sidekiq::DeadSet].sum { |set| set.new.size }

  def failures = [Sidekiq::RetrySet, Sidekiq::DeadSet].flat_map { |set| set.new.map { |job| job.item.values_at("error_class", "error_message") } }

  def try_again = Sidekiq::RetrySet.new.retry_all

  def stop = @workers.each(&:stop)

  private

  def replace(row)
    index = @workers.index { |worker| worker.pid == pid_of(row) }
    Process.wait(@workers[index].pid)
    @workers[index] = start
  end
end

module SidekiqInAnApplication
  def queue = InAnApplication.queue ||= SidekiqQueue.new

  # Sidekiq does not know of the job any more: it takes it out of Redis when it begins.
  def lease_of_killed = 3

  def bring_back(row)
    expect(queue.jobs).to eq(0)
    wait_for(row) { |now| now.lease_until < Time.current }
    sweep_by_a_job
  end

  # As if the last one were long ago.
  def sweep_by_a_job
    ActiveRecord::Base.connection.execute("DELETE FROM active_data_flow_sweeps")
    wait_for(QuickFlow.enqueue_now, &:success?)
  end
end

RSpec.configure { |config| config.include SidekiqInAnApplication }

RSpec.describe "Flows in Sidekiq" do
  include_examples "a queue", keeps: false

  # Its job is in Redis again before its thread is told to stop.
  it "[late] go on when a batch takes longer than Sidekiq waits" do
    row = run_at_gate(lease: 600)
    queue.end_worker(row)
    wait_for(row) { |now| now.fence == 2 }
    open_gate
    expect(wait_for(row, &:success?)).to have_attributes(fence: 2, owner_job_id: row.owner_job_id)
    expect(written).to eq((1..60).to_a)
  end

  it "[sweep] are found by the job that ends next, where the queue has lost theirs" do
    expect(ActiveDataFlow::Rails::Sweeping).not_to be_recurring
    open_gate
    run = lost_run
    sweep_by_a_job
    wait_for(run, &:success?)
  end
end
