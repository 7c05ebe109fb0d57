# frozen_string_literal: true

# Run by ../kills_spec.rb in processes of their own.
require_relative "../../crash/support/crash_process"

class OrderArchiveFlow < ActiveDataFlow::Base
  has_attribute :path
  source { WrittenOrder.select(:id, :name) }
  sink { ActiveDataFlow::JSONLSink.new(path) }
  batch_size 7
end

# Its last batch is as full as the others, so that the run ends with a commit of its own.
class OrderListFlow < ActiveDataFlow::Base
  has_attribute :path
  source { WrittenOrder.select(:id, :name) }
  sink { ActiveDataFlow::CSVSink.new(path) }
  batch_size 10
end

class WrittenOrder < ActiveRecord::Base
  self.table_name = "orders"
end

RSpec.describe "A file that is written" do
  part = ActiveDataFlow::Files::Part
  store = ActiveDataFlow::RunStore::SQL
  let(:rows) { 50 }
  let(:config) { CrashDatabase.fresh(rows:) }
  let(:path) { File.join(@folder = Dir.mktmpdir, "orders.txt") }

  after do
    CrashDatabase.remove(config)
    FileUtils.rm_rf(@folder) if @folder
  end

  def expected(flow)
    ids = (1..rows)
    return "id,name\n" + ids.map { |id| "#{id},order #{id}\n" }.join if flow == OrderListFlow

    ids.map { |id| "{\"id\":#{id},\"name\":\"order #{id}\"}\n" }.join
  end

  # @return [CrashProcess]
  def process(flow, strike = nil, **options)
    target = path
    CrashProcess.new(config, **options) do
      Strikes.arm(*strike) if strike
      flow.run_now(path: target).status
    end
  end

  # Nothing under the file's name that is not whole, and in the end all of it.
  def goes_on(flow, later: 2)
    expect(File.exist?(path) ? File.read(path) : expected(flow)).to eq(expected(flow))
    ended = process(flow, later:).value
    expect(ended.answer).to eq("success")
    expect(File.read(path)).to eq(expected(flow))
    expect(Dir.children(@folder)).to eq(["orders.txt"])
  end

  points = {
    "before its first bytes" => [part, :append, :before, 1], "behind its first bytes" => [part, :append, :after, 1], "before bytes in its middle" => [part, :append, :before, 4],
    "behind bytes that nobody has committed" => [part, :append, :after, 4], "between the checkpoint and COMMIT" => [store, :keep_of_sinks, :after, 4],
    "behind a COMMIT" => [store, :commit, :after, 4], "before its name" => [part, :complete, :before, 1], "between its name and COMMIT" => [part, :complete, :after, 1]
  }
  [OrderArchiveFlow, OrderListFlow].each do |flow|
    points.each do |name, point|
      it "[killed] #{name} (#{flow.name}) has each line once" do
        process = process(flow, [*point, :KILL])
        expect(process.value.signal).to eq("KILL")
        goes_on(flow)
      end
    end
  end

  it "[killed] behind bytes that nobody has committed has none of them, where their rows are gone" do
    process = process(OrderArchiveFlow, [part, :append, :after, 4, :KILL])
    expect(process.value.signal).to eq("KILL")
    CrashProcess.new(config) { WrittenOrder.where("id > 21").delete_all }.value
    expect(process(OrderArchiveFlow, later: 2).value.answer).to eq("success")
    expect(File.read(path)).to eq(expected(OrderArchiveFlow).lines.first(21).join)
  end

  it "[killed] as its first process in a run of one batch has each line once" do
    stub_const("OneBatchFlow", Class.new(OrderArchiveFlow) { batch_size 1000 })
    expect(process(OneBatchFlow, [part, :complete, :after, 1, :KILL]).value.signal).to eq("KILL")
    goes_on(OneBatchFlow)
  end

  it "[random] has each line once" do
    random = Random.new
    stub_const("SmallBatchFlow", Class.new(OrderArchiveFlow) { batch_size 1 })
    kills = 0
    30.times do |turn|
      process = process(SmallBatchFlow, later: 2 * turn)
      Thread.new { sleep(random.rand * 0.2) && Process.kill(:KILL, process.pid) rescue Errno::ESRCH } # rubocop:disable Style/RescueModifier
      ended = process.value
      break if ended.signal.nil?

      kills += 1
    end
    goes_on(SmallBatchFlow, later: 100)
  end

  it "[one writer] refuses a second process, which has another run, and lets the first one finish" do
    first = process(OrderArchiveFlow, [part, :append, :after, 3, :STOP])
    expect(first).to be_stopped
    expect(process(OrderListFlow).value.answer).to match(/ActiveDataFlow::Error.*orders\.txt\.part is being written by another process or flow/m)
    first.go_on
    expect(first.value.answer).to eq("success")
    expect(File.read(path)).to eq(expected(OrderArchiveFlow))
  end

  it "[one writer] refuses who takes the run over while the first one stands still, and goes on when that one is gone" do
    first = process(OrderArchiveFlow, [part, :append, :after, 3, :STOP])
    expect(first).to be_stopped
    expect(process(OrderArchiveFlow, later: 2).value.answer).to match(/is being written by another process or flow/)
    first.go_on
    first.value
    goes_on(OrderArchiveFlow, later: 4)
  end
end

require_relative "killed_sinks"
