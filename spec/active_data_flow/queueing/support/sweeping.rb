# frozen_string_literal: true

RSpec.shared_examples "a sweep" do
  def told = sink.grep(/told/)

  def nothing = {dispatched: 0, cancelled: 0, callbacks: 0, tasks: {dispatched: 0, failed: 0, deleted: 0}}

  it "does nothing where one was just now, by whatever process, unless it has to" do
    expect(ActiveDataFlow::Sweep.last_at).to be_nil
    expect(in_processes(1) { ActiveDataFlow::Sweep.call[:dispatched] }).to eq([0])
    expect(ActiveDataFlow::Sweep.last_at).to be_within(20).of(Time.now)
    enqueued
    expect([ActiveDataFlow::Sweep.call, queue.runs]).to eq([nothing, []])
    later(11)
    expect(ActiveDataFlow::Sweep.call[:dispatched]).to eq(1)
    enqueued(2)
    expect(ActiveDataFlow::Sweep.call(now_or_never: true)[:dispatched]).to eq(1)
  end

  it "is done beside a run at work where none was for a minute, without the callbacks" do
    owing = store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one")))
    run = enqueued(1).tap { |row| tamper(row.id, lease_seconds: 1) }
    lease = ActiveDataFlow::RunStore::Renewer.new.hold(store, claimed(run))
    waiting = enqueued(2)
    expect(eventually { queue.runs.any? }).to be(true)
    lease.end
    expect(eventually { Thread.list.none? { |thread| thread.name == "active_data_flow sweep" } }).to be(true)
    expect([queue.runs, now_of(owing).callbacks_due, told]).to eq([[waiting.id], 1, []])
    later(50)
    ActiveDataFlow::Sweep.beside_work.join
    expect(now_of(run).dispatches).to eq(0)
    later(20)
    ActiveDataFlow::Sweep.beside_work.join
    expect(now_of(run).dispatches).to eq(1)
    ActiveDataFlow::Outbox.dispatcher = nil
    expect(ActiveDataFlow::Sweep.beside_work).to be_nil
  end

  it "is begun by one of several processes" do
    expect(in_processes(4) { store.begin_sweep(apart: 10) }.tally).to eq(true => 1, false => 3)
  end

  it "looks again in the statement that takes: what has come back to life meanwhile keeps its slot and its lease" do
    claim = claimed(enqueued, slot_key: "exports/0", owner: "host:7:abc")
    later(store.lease_seconds + 1)
    sweeper = stop_at(:before, /SET slot_key = NULL|slot_key IS NOT NULL.*SKIP LOCKED/) { sweep[:dispatched] }
    store.renew([claim])
    expect(go_on(sweeper)).to eq("0")
    expect(store.taken_slots(["exports/0"])).to eq(["exports/0"])
    subscriber = stop_at(:before, /SET lease_until/) { store.end_leases(owners: ["host:7"]).size }
    later(store.lease_seconds + 1)
    heir = store.claim(claim.id, owner: "host:8:abc")
    expect(go_on(subscriber)).to eq("0")
    expect(commit(heir).commits).to eq(1)
  end

  it "ends what is to be cancelled and has a dead worker, and leaves a living one its time" do
    dead, alive = enqueued, claimed(enqueued(2))
    killed { store.claim(dead.id) && die }
    [dead, alive].each { |run| store.cancel(run.id) }
    expect(sweep[:cancelled]).to eq(0)
    later(store.lease_seconds - 1)
    store.renew([alive])
    later(2)
    expect(sweep).to include(cancelled: 1, dispatched: 0)
    expect([now_of(dead).status, now_of(alive).status]).to eq(%w[cancelled in_progress])
    expect(commit(alive).stop_requested).to eq("cancel")
  end

  it "touches no paused run, whether somebody was at it or not" do
    waiting, working = enqueued, enqueued(2)
    claim = claimed(working, slot_key: "exports/0")
    [waiting, working].each { |run| store.pause(run.id) }
    store.stop(claim.with(stop_requested: "pause"))
    dead = claimed(enqueued(3))
    store.pause(dead.id)
    later(7200)
    before = [waiting, working, dead].map { |run| now_of(run).to_h }
    expect([sweep.except(:tasks), queue.runs]).to eq([nothing.except(:tasks), []])
    expect([waiting, working, dead].map { |run| now_of(run).to_h }).to eq(before)
  end

  it "calls the callbacks that a process left which died after its last commit" do
    kill_at(:before, /SET dispatch_after = .*dispatches = dispatches \+ 1/) { ToldFlow.run_now }
    run = store.runs.first
    expect([run.status, run.callbacks_due, told]).to eq(["success", 1, []])
    expect(sweep[:callbacks]).to eq(1)
    expect(told).to eq(["told of #{run.id}", "told as well"])
    expect([now_of(run).callbacks_due, sweep[:callbacks]]).to eq([0, 0])
  end

  it "calls them again where the process died among them, not before its time is over" do
    killed { (ToldFlow.in_between = -> { die }) && ToldFlow.run_now }
    run = store.runs.first
    expect([told, sweep[:callbacks]]).to eq([["told of #{run.id}"], 0])
    later(31)
    expect(sweep[:callbacks]).to eq(1)
    expect(told).to eq(["told of #{run.id}", "told of #{run.id}", "told as well"])
  end

  it "calls those of a failed run" do
    claim = claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one"))
    store.fail(claim, RuntimeError.new("no"))
    expect([sweep[:callbacks], told]).to eq([1, ["told of the failure of #{claim.id}"]])
  end

  it "calls them once, though several processes have found them at once" do
    5.times { |number| store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: number.to_s))) }
    found = store.owing
    expect(in_processes(3) { found.count { |row| ActiveDataFlow::Engine::Callbacks.deliver(store, row) } }.sum).to eq(5)
    expect(told.tally.values_at(*store.runs.map { |run| "told of #{run.id}" })).to eq([1] * 5)
  end

  it "looks into every database in which a flow's runs are kept" do
    Elsewhere.establish_connection(adapter: "sqlite3", database: File.join(RunDatabase.folder, "elsewhere.sqlite3"))
    ActiveDataFlow::ActiveRecord::Tables.new(ActiveDataFlow::ActiveRecord::Database.new(Elsewhere)).prepare
    Elsewhere.connection_pool.with_connection { |connection| connection.create_table(:copies) { |table| table.string(:name) } }
    stub_const("Elsewhere::Copy", Class.new(Elsewhere) { self.table_name = "copies" })
    stub_const("FarFlow", Class.new(ToldFlow) { sink Elsewhere::Copy })
    far = ActiveDataFlow::RunStore.of(FarFlow)
    far.finish(far.claim(far.enqueue(flow_name: FarFlow.flow_name, arguments: {}, digest: "one").id))
    store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one")))
    expect(ActiveDataFlow::RunStore.all).to eq([store, far])
    expect([sweep[:callbacks], told.size, far.owing]).to eq([2, 4, []])
  ensure
    Operations::Registry.unload(FarFlow)
    Elsewhere.remove_connection
  end

  it "says what it cannot do for one run, and goes on with the others" do
    gone = store.finish(claimed(store.enqueue(flow_name: "gone", arguments: {}, digest: "one")))
    run = store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one")))
    expect([sweep[:callbacks], told.first]).to eq([1, "told of #{run.id}"])
    expect(log.string).to match(/the sweep passes over gone run #{gone.id}: ActiveDataFlow::UnknownFlow: There is no flow "gone"/)
    later(31)
    expect([store.owing.map(&:id), now_of(gone).status]).to eq([[gone.id], "success"])
  end

  it "goes on with the rest where the queue does not answer" do
    queue.define_singleton_method(:enqueue) { |_jobs| raise "no queue" }
    enqueued
    store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one")))
    expect(sweep).to include(dispatched: 0, callbacks: 1)
    expect(log.string).to include("the sweep passes over runs that are due: RuntimeError: no queue")
  end

  it "looks at more runs than it reads at once" do
    store # before the many
    rows = Array.new(130) { |number| store.enqueue(flow_name: "order_export", arguments: {}, digest: number.to_s) }
    expect(sweep[:dispatched]).to eq(130)
    expect(queue.runs.sort).to eq(rows.map(&:id).sort)
  end

  it "does without a queue all that needs none" do
    ActiveDataFlow::Outbox.dispatcher = nil
    due = enqueued
    slow, dead = enqueued(2), enqueued(3)
    killed { store.claim(slow.id, slot_key: "exports/1") && store.claim(dead.id) && die }
    store.cancel(dead.id)
    store.finish(claimed(store.enqueue(flow_name: ToldFlow.flow_name, arguments: {}, digest: "one")))
    later(store.lease_seconds + 1)
    expect(sweep).to eq(dispatched: 0, cancelled: 1, callbacks: 1, tasks: {dispatched: 0, failed: 0, deleted: 0})
    expect([store.taken_slots(["exports/1"]), now_of(due).dispatches, told.size]).to eq([[], 0, 2])
  end
end
