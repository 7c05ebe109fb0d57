# frozen_string_literal: true

# Run inside of a Rails application whose jobs are GoodJob's: see good_job_spec.rb.
require_relative "queue_contract"

# A supervisor with two forks, which it replaces.
class GoodJobQueue
  include InAnApplication::Processes

  UNHANDLED = GoodJob::ErrorEvents::UNHANDLED
  private_constant :UNHANDLED

  def initialize
    start
  end

  def start = @supervisor = QueueApps::Workers.new("-S", "good_job", "start", "--subprocesses", "2", "--threads", "2", "--poll-interval", "1", "--enable-cron")

  def kill = @supervisor.kill

  def failures = errors.pluck(:error)

  def try_again = errors.each(&:retry_job)

  def stop = @supervisor.stop

  private

  def errors = GoodJob::Job.discarded.where(error_event: UNHANDLED)
end

module GoodJobInAnApplication
  def queue = InAnApplication.queue ||= GoodJobQueue.new

  def with_good_job(**options)
    before = GoodJob.configuration.options.dup
    GoodJob.configuration.options.merge!(options)
    yield
  ensure
    GoodJob.configuration.options.replace(before)
  end
end

RSpec.configure do |config|
  config.include GoodJobInAnApplication
  config.before { GoodJob::Job.finished.delete_all }
end

RSpec.describe "Flows in GoodJob" do
  include_examples "a queue"

  it "[both] go on when supervisor and workers are killed together: the job comes back with the next" do
    row = run_at_gate(lease: 600)
    queue.kill
    queue.start
    wait_for(row) { |now| now.fence == 2 }
    open_gate
    expect(wait_for(row, &:success?)).to have_attributes(fence: 2, owner_job_id: row.owner_job_id)
    expect(written).to eq((1..60).to_a)
  end

  it "[cron] are found by the entry of the sweep, where the queue has lost their job" do
    open_gate
    wait_for(lost_run, &:success?)
    wait_until { GoodJob::Job.where(cron_key: "active_data_flow_sweep").exists? }
  end

  it "[recurring] sweep when a job ends, where this process has no cron, or no entry of the sweep" do
    sweeping = ActiveDataFlow::Rails::Sweeping
    other = {other: {cron: "* * * * *", class: "OtherJob"}}
    answers = [{enable_cron: true}, {}, {enable_cron: true, cron: other}]
    expect(answers.map { |options| with_good_job(**options) { sweeping.recurring? } }).to eq([true, false, false])
  end
end
