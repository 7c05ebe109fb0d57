# frozen_string_literal: true

# What every store of runs does for workers that come by a queue, and for the sweep. Part of "a run store".
RSpec.shared_examples "runs that a queue carries over" do
  def enqueued(digest: "one", flow_name: "OrderExportFlow", **options)
    store.enqueue(flow_name:, arguments: {"shop" => 7}, digest:, fingerprint: "source/key", **options)
  end

  def of_job(job_id, digest: "one", **options)
    store.run_of_job(job_id:, flow_name: "OrderExportFlow", arguments: {"shop" => 7}, digest:, **options)
  end

  def later(seconds = store.lease_seconds + 1) = store.clock.advance(seconds)

  def ids(rows) = rows.map(&:id)

  describe "[enqueue]" do
    it "makes a run that is due at once, or after a time, and that nobody has" do
      expect(enqueued(cursor: "i:5", parent_task_id: "9")).to have_attributes(flow_name: "OrderExportFlow", status: "pending", arguments: {"shop" => 7},
        arguments_digest: "one", fingerprint: "source/key", cursor: "i:5", parent_task_id: "9", token: nil, active_key: nil, dispatches: 0)
      soon = enqueued(digest: "two", wait: 60)
      expect([soon.run_after, soon.dispatch_after]).to all(be_within(10).of(Time.now + 60))
      expect(ids(store.due)).to eq([now_of(enqueued).id])
      later(61)
      expect(ids(store.due)).to include(soon.id)
    end

    it "gives the unfinished run of the same arguments as it is, and makes one after any end" do
      run = enqueued(wait: 60)
      expect(enqueued).to have_attributes(id: run.id, dispatch_after: run.dispatch_after)
      claim = claimed(run)
      expect(enqueued).to have_attributes(id: run.id, token: claim.token)
      store.fail(claim, RuntimeError.new("no"))
      again = enqueued
      store.finish(claimed(again))
      expect([run, again, enqueued].map(&:id).uniq.size).to eq(3)
      expect(now_of(run).status).to eq("failed")
    end

    it "can begin a run behind the last one that ended, well or not" do
      seen = []
      beginning = ->(last) { seen.push(last&.id) && {cursor: last&.cursor, fingerprint: "of the last"} }
      done = claimed(enqueued(beginning:))
      expect(enqueued(beginning:).id).to eq(done.id)
      store.finish(done, to: "i:5")
      failed = claimed(enqueued(beginning:))
      expect(failed).to have_attributes(cursor: "i:5", fingerprint: "of the last")
      store.fail(commit(failed, to: "i:9"), RuntimeError.new("no"))
      store.cancel(enqueued.id)
      expect([enqueued(beginning:), enqueued(digest: "two", beginning:)].map(&:cursor)).to eq(["i:9", nil])
      expect(seen).to eq([nil, done.id, failed.id, nil])
    end

    it "can begin a run behind the last one that ended, whoever makes it" do
      seen = []
      beginning = ->(last) { seen.push(last&.id) && {cursor: last&.cursor} }
      first = start(beginning:)
      store.finish(claimed(first), to: "i:5")
      second = of_job("job", beginning:)
      expect(second.cursor).to eq("i:5")
      store.fail(commit(claimed(second), to: "i:9"), RuntimeError.new("no"))
      store.cancel(second.id)
      store.cancel(start(beginning:).id)
      expect([start(beginning:), of_job("other", digest: "two", beginning:)].map(&:cursor)).to eq(["i:5", nil])
      expect(seen).to eq([nil, first.id, first.id, first.id, nil])
    end

    it "makes a run of a flow once for what has triggered it" do
      run = enqueued(triggered_by: "run:17:complete")
      store.finish(claimed(run))
      expect(enqueued(triggered_by: "run:17:complete")).to have_attributes(id: run.id, status: "success")
      expect([enqueued(triggered_by: "run:18:complete"), enqueued(flow_name: "OtherFlow", triggered_by: "run:17:complete")].map(&:id)).not_to include(run.id)
      expect(store.runs.size).to eq(3)
    end
  end

  describe "[children]" do
    it "are the runs that a task has started, its own, each by its mark once" do
      other = enqueued
      mine = Array.new(2) { |number| enqueued(parent_task_id: "7", triggered_by: "task:7:0/#{number}") }
      expect(enqueued(parent_task_id: "7", triggered_by: "task:7:0/1").id).to eq(mine.last.id)
      expect([ids(store.children_of(7)), store.count_children("7"), store.count_children("8")]).to eq([ids(mine), 2, 0])
      expect(store.runs.size).to eq(3)
      expect(ids(mine)).not_to include(other.id)
    end

    it "are owed a word to the task when they were cancelled, too" do
      ends = {waiting: ->(run) { store.cancel(run.id) }, working: ->(run) { store.stop(claimed(run).with(stop_requested: "cancel")) },
              replaced: ->(_run) { start(digest: "replaced", restart: true) }}
      runs = ends.map { |name, ending| enqueued(digest: name.to_s, parent_task_id: "7").tap { |run| ending.call(run) } }
      expect(runs.map { |run| now_of(run).status }.uniq).to eq(["cancelled"])
      expect(ids(store.owing)).to match_array(ids(runs))
      expect([store.win_callbacks(runs[0].id), store.callbacks_done(runs[0].id), ids(store.owing)]).to match([true, true, match_array(ids(runs.drop(1)))])
    end
  end

  describe "[unknown]" do
    it "are let alone for a while, since the first time, until somebody takes them" do
      run = enqueued
      since = store.postpone(run, KeyError.new("no such flow"), after: 30)
      expect(since).to be_within(10).of(Time.now.to_i)
      expect(now_of(run)).to have_attributes(status: "pending", error_message: "no such flow", dispatch_after: be_within(10).of(Time.now + 30))
      expect(store.due).to eq([])
      later(100)
      expect(store.postpone(now_of(run), KeyError.new("no such flow"), after: 30)).to eq(since)
      claim = claimed(run)
      expect([store.postpone(now_of(run), KeyError.new("no"), after: 30), store.fail_waiting(now_of(run), KeyError.new("no"))]).to eq([nil, false])
      store.release(claim, after: 0)
      expect(store.postpone(now_of(run), KeyError.new("no such flow"), after: 30)).to be > since
    end

    it "are failed by a statement, unless somebody has taken them since" do
      run, other = enqueued, enqueued(digest: "two")
      store.release(claimed(other), after: 0)
      expect([run, other].map { |one| store.fail_waiting(one, KeyError.new("no such flow")) }).to eq([true, false])
      expect(now_of(run)).to have_attributes(status: "failed", callbacks_due: 1, error_class: "KeyError", ended_at: Time)
    end
  end

  describe "[win]" do
    it "gives a run that is due to one of those who would enqueue a job for it, with the job's id" do
      run = enqueued
      expect([store.win(run.id, job_id: "job-1"), store.win(run.id, job_id: "job-2")]).to eq([true, false])
      expect(now_of(run)).to have_attributes(enqueued_job_id: "job-1", owner_job_id: nil, dispatches: 1, status: "pending")
      expect(store.due).to eq([])
    end

    it "gives none before its time" do
      run = enqueued(wait: 60)
      expect(store.win(run.id, job_id: "job")).to be(false)
      later(61)
      expect(store.win(run.id, job_id: "job")).to be(true)
    end

    it "gives it again after 30 seconds, and after twice that each time, up to an hour; a claim begins anew" do
      run = enqueued
      moments = Array.new(9) do
        store.win(run.id, job_id: "job") or raise "not won"
        (now_of(run).dispatch_after - Time.now - store.clock.offset).tap { |seconds| later(seconds + 1) }
      end
      expect(moments.map(&:round)).to match([30, 60, 120, 240, 480, 960, 1920, 3600, 3600].map { |seconds| be_within(5).of(seconds) })
      expect(claimed(run)).to have_attributes(dispatches: 0, dispatch_after: nil)
    end

    it "gives none that a worker has, that has ended, or that a person has told to stop" do
      held, done, paused, cancelled = %w[one two three four].map { |digest| enqueued(digest:) }
      claimed(held)
      store.finish(claimed(done))
      store.pause(paused.id)
      tamper(cancelled.id, stop_requested: "cancel")
      runs = [held, done, paused, cancelled]
      runs.each { |run| tamper(run.id, dispatch_after: Time.now.utc - 5) }
      expect(runs.map { |run| store.win(run.id, job_id: "job") }).to eq([false] * 4)
      expect(store.due).to eq([])
    end

    it "gives the run of a dead worker, and one whose lease a clock far ahead has dated" do
      dead, ahead = claimed, claimed(enqueued(digest: "two"))
      expect([dead, ahead].map { |run| store.win(run.id, job_id: "job") }).to eq([false] * 2)
      later
      expect(ids(store.due)).to contain_exactly(dead.id, ahead.id)
      expect(store.win(dead.id, job_id: "job")).to be(true)
      store.clock.advance(-3600)
      expect(ids(store.due)).to eq([ahead.id])
      expect(store.win(ahead.id, job_id: "job")).to be(true)
    end

    it "leaves a run to people that a worker has given back without a moment to go on at" do
      claim = claimed
      store.release(claim)
      later(7200)
      expect([store.due, store.win(claim.id, job_id: "job")]).to eq([[], false])
    end
  end

  describe "[due]" do
    it "lists the runs of dead workers first, then the others as their time has come, and no more than asked for" do
      last, first = enqueued(digest: "one", wait: 20), enqueued(digest: "two", wait: 10)
      dead = claimed(enqueued(digest: "three"))
      later(60)
      expect(ids(store.due)).to eq([dead, first, last].map(&:id))
      expect(ids(store.due(limit: 2))).to eq([dead, first].map(&:id))
    end
  end

  describe "[job]" do
    it "finds the run it was enqueued for, as long as that has not ended" do
      run = enqueued
      expect(store.run_of_job(job_id: "job", run_id: run.id)).to have_attributes(id: run.id)
      store.finish(claimed(run))
      expect([store.run_of_job(job_id: "job", run_id: run.id), store.run_of_job(job_id: "job", run_id: 0)]).to eq([nil, nil])
    end

    it "makes a run once, however often it comes, and none after that has ended" do
      run = of_job("job")
      expect(run).to have_attributes(created_by_job_id: "job", status: "pending", dispatch_after: be_within(10).of(Time.now + 30))
      expect(of_job("job").id).to eq(run.id)
      store.finish(claimed(run))
      expect(of_job("job")).to be_nil
      expect(of_job("another job").id).not_to eq(run.id)
      expect(store.runs.size).to eq(2)
    end

    it "goes on with the failed run of its arguments, as a start does, unless it was this job that failed" do
      run = enqueued
      store.fail(commit(claimed(run)), RuntimeError.new("no"))
      expect(of_job("job")).to have_attributes(id: run.id, status: "pending", cursor: "i:1")
      store.finish(claimed(run))
      made = of_job("job")
      store.fail(claimed(made), RuntimeError.new("no"))
      expect(of_job("job")).to be_nil
    end

    it "goes on with the unfinished run of its arguments, whoever has made that" do
      run = of_job("job")
      expect(of_job("another job")).to have_attributes(id: run.id, created_by_job_id: "job")
      expect(of_job("job", digest: "two").id).to eq(run.id)
    end
  end

  describe "[retry]" do
    it "gives the run back with its error, for a later moment" do
      claim = commit(claimed(enqueued, slot_key: "exports/0"))
      expect(store.retry_later(claim, KeyError.new("no total"), after: 60)).to be(true)
      expect(now_of(claim)).to have_attributes(status: "in_progress", token: nil, lease_until: nil, slot_key: nil, attempt: 1, error_class: "KeyError",
        error_message: "no total", cursor: "i:1", dispatch_after: be_within(10).of(Time.now + 60))
      expect([store.due, store.retry_later(claim, KeyError.new("again"), after: 60)]).to eq([[], false])
      later(61)
      expect(ids(store.due)).to eq([claim.id])
      expect(claimed(claim)).to have_attributes(attempt: 1, deaths: 0)
    end
  end

  describe "[told to end]" do
    it "is ended when no living worker has it, and only then" do
      claim = claimed
      store.cancel(claim.id)
      expect([store.to_stop, store.cancel_abandoned(claim.id)]).to eq([[], false])
      later
      expect(ids(store.to_stop)).to eq([claim.id])
      expect([store.cancel_abandoned(claim.id), store.cancel_abandoned(claim.id)]).to eq([true, false])
      expect(now_of(claim)).to have_attributes(status: "cancelled", token: nil, active_key: nil, slot_key: nil, ended_at: Time)
      expect { commit(claim) }.to raise_error(lost)
    end

    it "is not a run that a person has paused, or that nobody has told anything" do
      paused, other = claimed, claimed(enqueued(digest: "two"))
      store.pause(paused.id)
      later
      expect(store.to_stop).to eq([])
      expect([paused, other].map { |run| store.cancel_abandoned(run.id) }).to eq([false] * 2)
    end
  end

  describe "[owing]" do
    it "lists runs whose callbacks nobody has called, and gives them to one" do
      done = store.finish(claimed)
      failed = claimed(enqueued(digest: "two")).tap { |claim| store.fail(claim, RuntimeError.new("no")) }
      claimed(enqueued(digest: "three"))
      expect(ids(store.owing)).to contain_exactly(done.id, failed.id)
      expect(ids(store.owing(limit: 1)).size).to eq(1)
      expect { start(digest: "two", owing: true) }.to raise_error(ActiveDataFlow::RunStore::Owing) { |owing| expect(ids(owing.rows)).to eq([failed.id]) }
      expect(now_of(failed)).to have_attributes(status: "failed", callbacks_due: 1)
      expect(start(digest: "three", owing: true)).to have_attributes(status: "in_progress", arguments_digest: "three")
      expect([store.win_callbacks(done.id), store.win_callbacks(done.id)]).to eq([true, false])
      expect(ids(store.owing)).to eq([failed.id])
      store.callbacks_done(failed.id)
      tamper(failed.id, dispatch_after: Time.now.utc - 5)
      expect([store.owing, store.win_callbacks(failed.id)]).to eq([[], false])
    end

    it "lists none of a run that has not ended, or was cancelled" do
      resumed, cancelled = claimed, claimed(enqueued(digest: "two"))
      [resumed, cancelled].each { |run| tamper(run.id, callbacks_due: 1, dispatch_after: Time.now.utc - 5) }
      store.stop(cancelled.with(stop_requested: "cancel"))
      tamper(cancelled.id, dispatch_after: Time.now.utc - 5)
      expect([store.owing, store.win_callbacks(resumed.id), store.win_callbacks(cancelled.id)]).to eq([[], false, false])
    end

    it "gives them again when whoever had them is gone, after a time that doubles" do
      done = store.finish(claimed)
      [30, 60].each do |seconds|
        expect(store.win_callbacks(done.id)).to be(true)
        later(seconds - 5)
        expect(store.win_callbacks(done.id)).to be(false)
        later(10)
      end
      expect(ids(store.owing)).to eq([done.id])
    end
  end

  describe "[sweep]" do
    it "is begun by one, and by nobody else for a while; a clock that was ahead keeps nobody" do
      expect(store.swept_at).to be_nil
      expect([store.begin_sweep(apart: 10), store.begin_sweep(apart: 10)]).to eq([true, false])
      expect(store.swept_at).to be_within(10).of(Time.now)
      expect(store.begin_sweep(apart: 0)).to be(true)
      later(11)
      expect([store.begin_sweep(apart: 10), store.begin_sweep(apart: 10)]).to eq([true, false])
      later(-3600)
      expect(store.begin_sweep(apart: 10)).to be(true)
    end
  end

  describe "[leases of the dead]" do
    it "end where the process is named, and the job, if it matters" do
      here, there, other_job = %w[one two three].map { |digest| enqueued(digest:) }
      here = claimed(here, owner: "host:7:abc", job_id: "job-1")
      there = claimed(there, owner: "host:77:abc", job_id: "job-2")
      other_job = claimed(other_job, owner: "host:7:abc", job_id: "job-3")
      expect(store.end_leases(owners: ["host:7"], job_ids: %w[job-1 job-2])).to eq([here.id])
      expect(store.end_leases(owners: [])).to eq([])
      later(1)
      expect(store.claim(here.id)).to have_attributes(fence: 2, prev_token: here.token, deaths: 1)
      expect([there, other_job].map { |run| store.claim(run.id) }).to eq([nil, nil])
      expect(store.end_leases(owners: ["host:7"])).to eq([other_job.id])
      expect(store.end_leases(owners: ["host:7"])).to eq([])
      expect(commit(there).commits).to eq(1)
    end
  end

  describe "[slots]" do
    let(:slots) { %w[exports/0 exports/1] }

    it "are taken by who works, and free again when that one ends, fails, stops or waits" do
      ends = [->(claim) { store.finish(claim) }, ->(claim) { store.fail(claim, RuntimeError.new("no")) }, ->(claim) { store.release(claim, after: 5) },
        ->(claim) { store.stop(claim.with(stop_requested: "cancel")) }, ->(claim) { store.stop(claim.with(stop_requested: "pause")) }]
      ends.each_with_index do |ending, number|
        claim = claimed(enqueued(digest: number.to_s), slot_key: "exports/1")
        expect(store.taken_slots(slots)).to eq(["exports/1"])
        ending.call(claim)
        expect(store.taken_slots(slots)).to eq([])
      end
    end

    it "are taken away from who is dead, and from nobody else; what that one does later is refused" do
      dead = claimed(enqueued, slot_key: "exports/0")
      later
      claimed(enqueued(digest: "two"), slot_key: "exports/1")
      claimed(enqueued(digest: "three"), slot_key: "imports/0")
      expect(store.free_lapsed_slots(["imports/0"])).to eq([])
      expect([store.free_lapsed_slots(slots), store.free_lapsed_slots]).to eq([[dead.id], []])
      expect(store.taken_slots(slots)).to eq(["exports/1"])
      expect(now_of(dead)).to have_attributes(fence: dead.fence + 1, status: "in_progress")
      expect { commit(dead) }.to raise_error(lost)
      expect(store.claim(dead.id, slot_key: "exports/0", owner: "elsewhere")).to have_attributes(deaths: 1, slot_key: "exports/0")
    end

    it "keep the row suspect that killed who had them" do
      claim = store.suspect(claimed(enqueued, slot_key: "exports/0"), level: 2, suspect_left: 10)
      store.tries(claim, rows: 10)
      later
      store.free_lapsed_slots
      expect(store.claim(claim.id, owner: "elsewhere", slot_key: "exports/1")).to have_attributes(deaths: 1, level: 2)
    end

    it "are waited for by the run of a dead worker too, whose slot was taken away" do
      dead = claimed(enqueued, slot_key: "exports/0")
      later
      store.free_lapsed_slots
      store.win(dead.id, job_id: "job")
      expect([store.await_slot(dead.id, job_id: "job"), ids(store.awaiting_slot(%w[OrderExportFlow])), store.hasten(dead.id)]).to eq([true, [dead.id], true])
    end

    it "are waited for by a row, not by a job; the oldest is made due first" do
      store.win_callbacks(store.finish(claimed).id)
      first, second, not_yet, other = enqueued, enqueued(digest: "two"), enqueued(digest: "three", wait: 60), enqueued(flow_name: "OtherFlow")
      [first, second, other].each { |run| store.win(run.id, job_id: "job #{run.id}") }
      expect(store.awaiting_slot(%w[OrderExportFlow OtherFlow], limit: 9)).to eq([])
      expect([store.await_slot(first.id, job_id: "another"), store.hasten(first.id)]).to eq([false, false])
      expect([first, second, other].map { |run| store.await_slot(run.id, job_id: "job #{run.id}") }).to eq([true] * 3)
      expect(ids(store.awaiting_slot(%w[OrderExportFlow], limit: 9))).to eq([first.id, second.id])
      expect(ids(store.awaiting_slot(%w[OrderExportFlow]))).to eq([first.id])
      expect(store.win(first.id, job_id: "next")).to be(false)
      expect([store.hasten(first.id), store.hasten(not_yet.id)]).to eq([true, false])
      expect(store.win(first.id, job_id: "next")).to be(true)
      expect([store.hasten(first.id), *ids(store.awaiting_slot(%w[OrderExportFlow]))]).to eq([false, second.id])
      claimed(first)
      expect(ids(store.awaiting_slot(%w[OrderExportFlow]))).to eq([second.id])
      store.pause(second.id)
      expect([store.hasten(second.id), *store.awaiting_slot(%w[OrderExportFlow])]).to eq([false])
    end
  end
end
