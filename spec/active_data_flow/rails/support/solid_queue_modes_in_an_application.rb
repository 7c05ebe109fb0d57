# frozen_string_literal: true

# Run inside of a Rails application whose jobs are SolidQueue's: see solid_queue_modes_spec.rb.
require File.expand_path("config/environment")
require "rbconfig"
require_relative "../../../support/eventually"

module SolidQueueModes
  GATE = Rails.root.join("tmp/gate").to_s

  # A process that performs jobs, as long as the block lasts.
  def working(*command, **env)
    ActiveRecord::Base.connection_handler.clear_all_connections!
    pid = Process.spawn(env.transform_keys(&:to_s), *command, out: "log/jobs.log", err: "log/jobs.log", pgroup: true)
    yield pid
  ensure
    Process.kill(:TERM, pid)
    Process.wait(pid)
  end

  # @return [Array(Operations::Task, Array<Integer>)] how a task ended whose flows wait for each other, and who has run them
  def walked
    task = Walking.later
    expect(eventually { task.reload.completed? }).to be(true), "#{task.inspect} #{task.flow_runs.inspect}\n#{File.read("log/jobs.log")}"
    pids = ActiveDataFlow::DataFlowRun.where(id: task.flow_runs.map(&:id)).pluck(:owner).map { |owner| Integer(owner.split(":")[1]) }
    [task, pids]
  end

  def written = ActiveRecord::Base.connection.select_rows("SELECT number, place FROM copies ORDER BY number, place")

  def everything = [1, 2].product((1..30).to_a)
end

RSpec.configure do |config|
  config.include SolidQueueModes
  config.before do
    FileUtils.rm_f(SolidQueueModes::GATE)
    ActiveDataFlow::DataFlow.destroy_all
    ActiveRecord::Base.connection.execute("DELETE FROM copies")
  end
end

RSpec.describe "A task and its flows" do
  it "[threads] are run by bin/jobs --mode async" do
    working(RbConfig.ruby, "bin/jobs", "--mode", "async") do |pid|
      task, pids = walked
      expect([task.pids.uniq, pids.uniq]).to eq([[pid], [pid]])
      expect(task.flow_runs).to all(be_success)
      expect(written).to eq(everything)
    end
  end

  it "[fibers] are run by a worker whose jobs are fibers" do
    working(RbConfig.ruby, "bin/jobs", SOLID_QUEUE_CONFIG: "config/fibers.yml") do |pid|
      task, pids = walked
      expect([*task.pids, *pids].uniq).to match([not_eq(pid)])
      expect(task.flow_runs).to all(be_success)
      expect(written).to eq(everything)
    end
  end

  it "[Puma] are run by the workers of its plugin" do
    working(RbConfig.ruby, "-S", "bundle", "exec", "puma", "-C", "config/puma.rb") do |pid|
      task, pids = walked
      expect([*task.pids, *pids]).to all(not_eq(pid))
      expect(task.flow_runs).to all(be_success)
      expect(written).to eq(everything)
    end
  end

  matcher(:not_eq) { |other| match { |value| value != other } }
end
