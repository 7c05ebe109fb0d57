# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Metrics do
  before { described_class.reset! }
  after { described_class.reset! }

  event = Data.define(:name, :payload, :duration)
  job = Data.define(:arguments)

  define_method(:run) { |seconds, flow: "order_export", **payload| described_class.record(event.new("run.active_data_flow", {flow:, **payload}, seconds * 1000.0)) }
  define_method(:job) { |seconds, *arguments, **payload| described_class.record(event.new("perform.active_job", {job: job.new(arguments), **payload}, seconds * 1000.0)) }

  it "counts the runs of a flow, by their status, and its jobs", req: "A-39" do
    run(1, status: "success", read: 10)
    run(3, status: "failed", read: 2)
    job(2, "order_export")
    job(1, Struct.new(:name).new("order_export"), exception: ["KeyError", "x"])
    run(1, flow: "other", status: "success", read: 1)
    expect(described_class.counts("order_export")).to eq(runs: 2, success: 1, failed: 1, jobs: 2, failed_jobs: 1)
    expect(described_class.counts.transform_values { |counts| counts[:runs] }).to eq("order_export" => 2, "other" => 1)
  end

  it "knows how long they took, and how many rows that were a second", req: "A-39" do
    run(1, status: "success", read: 10)
    run(3, status: "success", read: 2)
    expect(described_class.durations("order_export")[:runs]).to eq(count: 2, total: 4.0, min: 1.0, max: 3.0, average: 2.0)
    expect(described_class.throughput("order_export")).to eq(3.0)
  end

  it "is asked by a class, too" do
    run(1, status: "success", read: 10)
    expect(described_class.counts(flow("OrderExportFlow"))).to eq(described_class.counts("order_export")).and include(success: 1)
  end

  it "knows nothing of a flow that has not run" do
    expect(described_class.counts("order_export")).to eq(runs: 0, jobs: 0, failed_jobs: 0)
    expect(described_class.throughput("order_export")).to be_nil
    expect(described_class.durations("order_export")[:runs]).to include(count: 0, average: nil)
  end

  it "loses nothing where several threads record at once" do
    Array.new(8) { Thread.new { 100.times { run(0.001, status: "success", read: 1) } } }.each(&:join)
    expect(described_class.counts("order_export")).to include(runs: 800, success: 800)
  end

  it "answers without a queue", req: "A-42" do
    source = described_class.queue_source
    described_class.queue_source = nil
    expect(described_class.queue).to match(available: false, reason: /no queue is known/)
  ensure
    described_class.queue_source = source
  end
end
