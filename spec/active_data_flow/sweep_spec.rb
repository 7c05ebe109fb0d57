# frozen_string_literal: true

# In plain Ruby, with runs in memory. What it does on databases, beside processes that are killed, is in queueing/.
RSpec.describe ActiveDataFlow::Sweep do
  let(:store) { ActiveDataFlow::RunStore.memory }
  let(:log) { StringIO.new }

  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(log)
  end

  def made(klass = OrderExportFlow, digest: "one") = store.enqueue(flow_name: klass.flow_name, arguments: {}, digest:)

  def claimed(**options) = store.claim(made(digest: options.to_s).id, owner: "elsewhere:1:abc", **options)

  it "ends, frees and tells what nobody does any more, and dispatches nothing: there is no queue" do
    told = []
    running { after_complete { |run| told << run.id } }
    due = made(digest: "due")
    done = store.finish(claimed)
    dead = claimed(slot_key: "exports/0")
    store.cancel(dead.id)
    slow = claimed(slot_key: "exports/1")
    store.clock.advance(store.lease_seconds + 1)
    expect(described_class.call).to eq(dispatched: 0, cancelled: 1, callbacks: 1, tasks: {dispatched: 0, failed: 0, deleted: 0})
    expect([told, store.find(dead.id).status, store.find(slow.id).slot_key]).to eq([[done.id], "cancelled", nil])
    expect(store.find(due.id)).to have_attributes(status: "pending", dispatches: 0)
  end

  it "does nothing where one was within ten seconds, unless it has to" do
    running
    expect(described_class.last_at).to be_nil
    described_class.call
    store.finish(claimed)
    expect(described_class.last_at).to be_within(10).of(Time.now)
    expect([described_class.call, described_class.call(now_or_never: true)].map { |counts| counts[:callbacks] }).to eq([0, 1])
  end

  it "looks at no store of a flow that has none, says so, and goes on" do
    running
    flow("BrokenFlow") do
      source []
      sink { |row| row }
      def self.declared = raise(KeyError, "which shop?")
    end
    flow("UnfinishedFlow") { source [] }
    store.finish(claimed)
    expect(described_class.call[:callbacks]).to eq(1)
    expect(log.string).to include("the runs of broken are not looked at: which shop?")
    expect(log.string).not_to include("unfinished")
  end

  it "takes who starts the flow for who carries on with its runs" do
    running
    run = store.enqueue(flow_name: OrderExportFlow.flow_name, arguments: {}, digest: ActiveDataFlow::Flow::Arguments.digest({}))
    described_class.call
    expect(OrderExportFlow.run_now).to have_attributes(id: run.id, status: "success")
    expect(written).to eq([{id: 1}])
  end
end
