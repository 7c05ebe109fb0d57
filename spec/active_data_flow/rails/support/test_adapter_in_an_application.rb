# frozen_string_literal: true

# Run inside of a Rails application, with the test adapter: see queues_spec.rb.
require_relative "queue_contract"

# Threads that perform what is enqueued there. There is no process to be killed.
class TestQueue
  # Which can be told to end.
  class Adapter < ActiveJob::QueueAdapters::TestAdapter
    attr_accessor :stopping

    def stopping? = stopping
  end

  def initialize
    @adapter = ActiveJob::Base.queue_adapter = Adapter.new
    @failed = []
    @lock = Mutex.new
    @threads = Array.new(2) { Thread.new { work until @ended } }
  end

  def end_worker(row)
    @adapter.stopping = true
    sleep 0.02 until ActiveDataFlow::DataFlowRun.find(row.id).token.nil?
    @adapter.stopping = false
  end

  def failures = @failed.map(&:last)

  def try_again = @lock.synchronize { @adapter.enqueued_jobs.concat(@failed.slice!(0..).map(&:first)) }

  def stop
    @ended = true
    @threads.each(&:join)
  end

  private

  def work
    job = @lock.synchronize { due&.then { |job| @adapter.enqueued_jobs.delete(job) } } or return sleep(0.01)
    Rails.application.executor.wrap { ActiveJob::Base.execute(job.select { |key, _| key.is_a?(String) }) }
  rescue => error
    @failed << [job, error]
  end

  def due = @adapter.stopping ? nil : @adapter.enqueued_jobs.find { |job| (job[:at] || 0) <= Time.now.to_f }
end

module TestAdapterInAnApplication
  def queue = InAnApplication.queue ||= TestQueue.new
end

RSpec.configure { |config| config.include TestAdapterInAnApplication }

RSpec.describe "Flows with the test adapter" do
  include_examples "a queue", processes: false
end
