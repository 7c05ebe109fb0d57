# frozen_string_literal: true

RSpec.shared_examples "runs that are dispatched" do
  it "are enqueued in one call, those that nobody else has enqueued" do
    calls = []
    queue.define_singleton_method(:enqueue) { |jobs| calls << jobs.map(&:run_id) }
    first, second, not_yet = enqueued, enqueued(2), enqueued(3, wait: 60)
    store.win(second.id, job_id: "another's")
    expect(ActiveDataFlow::Outbox.dispatch(store, [first, second, not_yet]).map(&:id)).to eq([first.id])
    expect([calls, ActiveDataFlow::Outbox.dispatch(store, [first])]).to eq([[[first.id]], []])
  end

  it "carry the id of their job" do
    run = enqueued
    ActiveDataFlow::Outbox.dispatch(store, [run])
    expect(now_of(run).enqueued_job_id).to eq(TableQueue::Job.sole.job_id)
  end

  it "are enqueued once, though several processes sweep at once" do
    runs = Array.new(20) { |number| enqueued(number) }
    counts = in_processes(3) { sweep[:dispatched] }
    expect([counts.sum, queue.runs.sort]).to eq([20, runs.map(&:id).sort])
    expect(queue.work_off(store).tally).to eq(done: 20)
  end

  it "are not enqueued again at each sweep, though nobody works for an hour" do
    runs = Array.new(5) { |number| enqueued(number) }
    120.times { sweep && later(30) }
    expect(queue.runs.tally).to eq(runs.to_h { |run| [run.id, 7] }) # after 0, 30, 90, 210, 450, 930 and 1890 seconds
    expect(queue.work_off(store).tally).to eq(done: 5, nothing: 30)
    expect(sink.size).to eq(5)
  end

  it "are made due again after a while where the queue does not take them" do
    queue.define_singleton_method(:enqueue) { |_jobs| raise "no queue" }
    run = enqueued
    expect { ActiveDataFlow::Outbox.dispatch(store, [run]) }.to raise_error("no queue")
    later(31)
    expect(store.due.map(&:id)).to eq([run.id])
  end

  it "are kept from nobody by one that no job can be made for" do
    bad, good = enqueued, enqueued(2)
    queue.define_singleton_method(:job_for) { |row| (row.id == bad.id) ? raise(KeyError, "no such queue") : super(row) }
    expect(sweep[:dispatched]).to eq(1)
    expect([queue.runs, log.string]).to match([[good.id], /no job was made for order_export run #{bad.id}: KeyError: no such queue/])
    expect(store.due).to eq([])
    later(31)
    expect(store.due.map(&:id)).to include(bad.id)
  end
end

RSpec.shared_examples "dispatchers that are killed" do
  it "after they have won a run and before the enqueue: it costs the time for which the run was won" do
    run = enqueued
    killed { ActiveDataFlow::Outbox.dispatcher = TableQueue.new(before: -> { die }) and sweep }
    expect([now_of(run).dispatches, queue.runs, sweep[:dispatched]]).to eq([1, [], 0])
    later(31)
    expect([sweep[:dispatched], queue.runs]).to eq([1, [run.id]])
    expect([queue.work_off(store), sink]).to eq([[:done], ["run #{run.id}"]])
  end

  it "after the enqueue and before its return: the run is enqueued and carried over once" do
    run = enqueued
    killed { ActiveDataFlow::Outbox.dispatcher = TableQueue.new(after: -> { die }) and sweep }
    expect([queue.runs, sweep[:dispatched]]).to eq([[run.id], 0])
    expect(queue.work_off(store)).to eq([:done])
    later(7200)
    expect([sweep[:dispatched], sink]).to eq([0, ["run #{run.id}"]])
  end

  it "after the enqueue, and the job is late: there is another one, and one of the two carries the run over" do
    run = enqueued
    killed { ActiveDataFlow::Outbox.dispatcher = TableQueue.new(after: -> { die }) and sweep }
    later(31)
    expect([sweep[:dispatched], queue.runs]).to eq([1, [run.id, run.id]])
    expect([queue.work_off(store), sink]).to eq([%i[done nothing], ["run #{run.id}"]])
  end

  it "or stand still in between, and enqueue it when another has done so: one of the two jobs carries the run over" do
    run = enqueued
    stopped = stop_at(:after, Worker::IN_TRANSACTION ? /\ACOMMIT/i : /enqueued_job_id =/) { sweep[:dispatched] }
    expect(sweep[:dispatched]).to eq(0)
    later(31)
    expect([sweep[:dispatched], go_on(stopped), queue.runs]).to eq([1, "1", [run.id, run.id]])
    expect([queue.work_off(store), sink]).to eq([%i[done nothing], ["run #{run.id}"]])
  end

  it "with the run at work: the sweep has it enqueued when the lease has ended, and not before" do
    run = enqueued
    sweep
    killed { (claim = store.claim(run.id)) && store.commit(claim, to: "i:1") { write("first") } && die }
    later(store.lease_seconds - 2)
    expect(sweep[:dispatched]).to eq(0)
    later(4)
    expect(sweep[:dispatched]).to eq(1)
    expect(queue.work_off(store)).to eq(%i[done nothing])
    expect(now_of(run)).to have_attributes(status: "success", commits: 3)
  end
end
