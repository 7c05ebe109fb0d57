# frozen_string_literal: true

# What every store of runs keeps. The host gives `store`, and `tamper(run_id, **columns)`, which writes columns as nothing
# but a failover or another version could.
#
#   RSpec.describe ActiveDataFlow::RunStore::Memory do
#     it_behaves_like "a run store"
#   end
RSpec.shared_context "runs in a store" do
  let(:lost) { ActiveDataFlow::LeaseLost }

  def start(digest: "one", **options)
    store.find_or_create(flow_name: "OrderExportFlow", arguments: {"shop" => 7}, digest:, fingerprint: "source/key", **options)
  end

  def claimed(run = start, **options) = store.claim(run.id, **options) || raise("run #{run.id} is not free")

  # By a worker of another process.
  def taken_over(claim, **options)
    store.clock.advance(store.lease_seconds + 1)
    store.claim(claim.id, owner: "elsewhere:1:#{rand}", **options)
  end

  def commit(claim, to: "i:#{claim.commits + 1}", **options, &) = store.commit(claim, to:, **options, &)

  def now_of(run) = store.find(run.id)

  # What others do with the run of a dead worker.
  def swept(run) = [store.win(run.id, job_id: "job"), store.free_lapsed_slots]
end

# One example for each part of the guard: a store that lacks one fails in that example.
RSpec.shared_examples "guarded commits" do
  describe "[guards]" do
    def refused(claim)
      before = now_of(claim).to_h
      expect { commit(claim) { raise "the block ran" } }.to raise_error(lost)
      expect { store.finish(claim) { raise "the block ran" } }.to raise_error(lost)
      expect(now_of(claim).to_h.except(:prev_token)).to eq(before.except(:prev_token))
    end

    it "refuse a stale fence" do
      claim = claimed
      tamper(claim.id, fence: 2) # as when its slot was taken away
      refused(claim)
    end

    it "refuse a stale token" do
      claim = claimed
      tamper(claim.id, token: "another") # as after a failover that lost a claim
      refused(claim)
    end

    it "refuse a stale commits" do
      claim = claimed
      commit(claim)
      refused(claim)
    end

    it "refuse a run that is not in progress" do
      claim = claimed
      tamper(claim.id, status: "cancelled")
      refused(claim)
    end
  end
end

RSpec.shared_examples "a run store" do
  include_context "runs in a store"

  describe "[start]" do
    it "makes a pending run that nobody has, and that is anybody's soon" do
      run = start(cursor: "i:5")
      expect(run).to have_attributes(flow_name: "OrderExportFlow", status: "pending", arguments: {"shop" => 7}, arguments_digest: "one",
        fingerprint: "source/key", cursor: "i:5", token: nil, fence: 0, commits: 0, level: 0, deaths: 0, lease_seconds: store.lease_seconds)
      expect(run.dispatch_after).to be_within(10).of(Time.now + 30)
    end

    it "goes on with the unfinished run of the same arguments, and only with that" do
      run = start
      expect([start, start(digest: "two")].map(&:id)).to match([run.id, satisfy { |id| id != run.id }])
      commit(claimed(run), to: "i:9")
      expect(start).to have_attributes(id: run.id, cursor: "i:9")
    end

    it "goes on with a failed run, at its cursor" do
      claim = commit(claimed, to: "i:9")
      store.fail(claim, RuntimeError.new("no"))
      expect(start).to have_attributes(id: claim.id, status: "pending", cursor: "i:9")
      expect(claimed(start).cursor).to eq("i:9")
    end

    it "begins anew after a success and after a cancelled run" do
      ids = [start, start(digest: "two")].map(&:id)
      store.finish(claimed, to: "i:1")
      store.cancel(ids.last)
      expect([start.id, start(digest: "two").id] & ids).to eq([])
      expect(start.cursor).to be_nil
    end

    it "leaves a paused run as it is" do
      store.pause(start.id)
      expect(start).to be_paused
      expect(store.claim(start.id)).to be_nil
    end

    it "cancels the run it would go on with when it is to restart" do
      run = start
      again = start(restart: true)
      expect(again.id).not_to eq(run.id)
      expect(now_of(run).status).to eq("cancelled")
      failed = claimed(again)
      store.fail(failed, RuntimeError.new("no"))
      expect(start(restart: true).id).not_to eq(failed.id)
      expect(now_of(failed).status).to eq("cancelled")
    end

    it "does not restart a run that somebody holds, and leaves it alone, until its lease has ended" do
      claim = claimed
      expect { start(restart: true) }.to raise_error(ActiveDataFlow::RunStore::AtWork) { |error| expect(error.row).to have_attributes(id: claim.id, token: claim.token) }
      expect(store.commit(claim, to: "i:1") { {read: 1, new: 1} }.stop_requested).to be_nil
      store.clock.advance(store.lease_seconds + 1)
      expect(start(restart: true)).to have_attributes(id: satisfy { |id| id != claim.id }, status: "pending")
      expect(now_of(claim).status).to eq("cancelled")
    end

    it "begins anew where a run was to be cancelled, and its worker died" do
      claim = claimed
      store.cancel(claim.id)
      expect(start.id).to eq(claim.id)
      store.clock.advance(store.lease_seconds + 1)
      expect(start).to have_attributes(id: satisfy { |id| id != claim.id }, status: "pending")
      expect(now_of(claim).status).to eq("cancelled")
    end

    it "lists the runs of a flow, newest first" do
      ids = [start, start(digest: "two")].map(&:id)
      expect(store.runs("OrderExportFlow").map(&:id)).to eq(ids.reverse)
      expect(store.runs("OrderExportFlow", limit: 1).map(&:id)).to eq([ids.last])
      expect([store.runs.size, store.runs(limit: 3).size]).to eq([2, 2])
      expect(store.runs("OtherFlow")).to eq([])
      expect(store.find(0)).to be_nil
    end
  end

  describe "[claim]" do
    it "gives the run to one, with a fence one higher each time" do
      claim = claimed
      expect(claim).to have_attributes(status: "in_progress", fence: 1, active_key: "flow:#{claim.data_flow_id}:one", leaving: 0, started_at: Time)
      expect(claim.owner).to eq(ActiveDataFlow::RunStore.owner)
      expect(store.claim(claim.id)).to be_nil
      store.release(claim)
      expect(claimed(claim)).to have_attributes(fence: 2, prev_token: nil)
    end

    it "gives it on when the lease has ended, and not before" do
      claim = claimed
      store.clock.advance(store.lease_seconds - 1)
      expect(store.claim(claim.id)).to be_nil
      store.clock.advance(2)
      expect(store.claim(claim.id)).to have_attributes(fence: 2, prev_token: claim.token)
    end

    it "takes a lease that a clock far ahead has dated, and one of an hour ago" do
      claim = claimed
      store.clock.advance(-3600)
      expect(again = store.claim(claim.id)).not_to be_nil
      store.clock.advance(3600)
      expect(store.claim(again.id)).not_to be_nil
    end

    it "gives a job its own run back at once" do
      claim = claimed(start, job_id: "job-1")
      expect(store.claim(claim.id, job_id: "job-2")).to be_nil
      expect(store.claim(claim.id)).to be_nil
      expect(store.claim(claim.id, job_id: "job-1")).to have_attributes(fence: 2)
    end

    it "gives no finished, paused or cancelled run" do
      done = store.finish(claimed, to: nil)
      failed = claimed(start(digest: "two")).tap { |claim| store.fail(claim, RuntimeError.new("no")) }
      paused = start(digest: "three").tap { |run| store.pause(run.id) }
      cancelled = start(digest: "four").tap { |run| store.cancel(run.id) }
      expect([done, failed, paused, cancelled].map { |run| store.claim(run.id) }).to all(be_nil)
    end

    it "lets one run of a flow and its arguments be at work, and one in a slot" do
      one, two = start, start(digest: "two")
      claim = claimed(one, active_key: "same", slot_key: "exports/0")
      expect { store.claim(two.id, active_key: "same") }.to raise_error(ActiveDataFlow::RunStore::AlreadyRunning, /run #{two.id} cannot begin/)
      expect { store.claim(two.id, slot_key: "exports/0") }.to raise_error(ActiveDataFlow::RunStore::SlotTaken, /exports\/0/)
      expect(now_of(two)).to have_attributes(status: "pending", token: nil, fence: 0)
      store.finish(claim, to: nil)
      expect(store.claim(two.id, active_key: "same", slot_key: "exports/0")).to have_attributes(slot_key: "exports/0")
    end
  end

  describe "[deaths]" do
    def second_holder(claim = claimed) = taken_over(claim)

    it "counts one for a holder that neither committed nor gave it back" do
      claim = second_holder
      expect(claim.deaths).to eq(1)
      expect(taken_over(claim).deaths).to eq(2)
    end

    it "counts none for one that committed, and forgets those before" do
      claim = second_holder
      expect(taken_over(commit(claim)).deaths).to eq(0)
    end

    it "counts none for one that released, was leaving, or is this process; a release keeps those before" do
      claim = second_holder
      store.release(claim)
      claim = store.claim(claim.id)
      expect(claim.deaths).to eq(1)
      store.leaving(claim)
      claim = taken_over(claim)
      expect(claim.deaths).to eq(0)
      store.leaving(claim)
      store.leaving(claim, false)
      expect(taken_over(claim).deaths).to eq(1)
      mine = claimed(start(digest: "two"))
      store.clock.advance(store.lease_seconds + 1)
      expect(claimed(mine).deaths).to eq(0)
    end

    it "forgets them with a commit, over a release too: the next claim is to put no other row aside" do
      claim = taken_over(second_holder)
      claim = store.suspect(claim, level: 3, suspect_left: 9)
      claim = taken_over(store.tries(claim, rows: 3))
      expect(claim.deaths).to eq(1)
      claim = commit(claim, rows: 3)
      expect(claim.deaths).to eq(0)
      store.release(claim)
      expect(store.claim(claim.id)).to have_attributes(deaths: 0, level: 3, suspect_left: 6)
    end

    it "tells the claim that counted one from the others, and keeps the moments it is given" do
      claim = second_holder
      expect(claim).to have_attributes(died?: true, deaths_us: [])
      claim = store.remember_deaths(claim, [1, 2**60])
      store.release(claim)
      claim = store.claim(claim.id)
      expect(claim).to have_attributes(deaths: 1, died?: false, deaths_us: [1, 2**60])
      expect(claimed(start(digest: "two"))).not_to be_died
    end

    it "counts at a level only one that had begun to try" do
      claim = store.suspect(second_holder, level: 1, suspect_left: 100)
      expect(claim.deaths).to eq(0)
      idle = taken_over(claim)
      expect(idle).to have_attributes(deaths: 0, level: 1, suspect_left: 100)
      trying = store.tries(idle, rows: 10, key: "i:17")
      expect(taken_over(trying)).to have_attributes(deaths: 1, tries_rows: 10, tries_key: "i:17")
    end

    it "falls back to level 0 when all suspects were committed, and not before" do
      claim = store.suspect(claimed, level: 2, suspect_left: 12)
      claim = commit(claim, rows: 10)
      expect(claim).to have_attributes(level: 2, suspect_left: 2)
      expect(now_of(claim)).to have_attributes(level: 2, suspect_left: 2)
      claim = commit(claim, rows: 2)
      expect(claim).to have_attributes(level: 0, suspect_left: 0)
      expect(now_of(claim)).to have_attributes(level: 0, suspect_left: 0)
    end

    it "takes one back when the worker was only slow, and gives it a longer lease" do
      slow = claimed
      claim = taken_over(slow)
      expect(store.alive(slow)).to be(true)
      expect(now_of(claim)).to have_attributes(deaths: 0, lease_seconds: 2 * store.lease_seconds, prev_token: nil)
      expect(store.alive(slow)).to be(false)
      expect(now_of(claim).lease_seconds).to eq(2 * store.lease_seconds)
    end

    it "says alive by itself when a commit of an overtaken worker is refused" do
      slow = claimed
      claim = taken_over(slow)
      expect { commit(slow) }.to raise_error(lost, /OrderExportFlow run #{claim.id}: another worker has it/)
      expect(now_of(claim).deaths).to eq(0)
    end
  end

  describe "[commit]" do
    it "moves cursor, counters and commits together" do
      claim = commit(claimed, to: "i:10", counters: {read: 10, filtered: 1}, rows: 10) { {new: 8, unchanged: 1} }
      claim = commit(claim, to: "i:12", counters: {read: 2}) { {new: 2} }
      expected = {cursor: "i:12", commits: 2, rows_read: 12, rows_new: 10, rows_unchanged: 1, rows_filtered: 1, rows_updated: 0}
      expect(claim).to have_attributes(expected)
      expect(now_of(claim)).to have_attributes(expected)
    end

    it "changes nothing when its block raises" do
      claim = claimed
      expect { commit(claim, to: "i:10", counters: {read: 10}) { raise KeyError, "no" } }.to raise_error(KeyError, "no")
      expect(now_of(claim)).to have_attributes(cursor: nil, commits: 0, rows_read: 0)
      expect(store.unknown_outcome(claim).what).to eq(:not_committed)
    end

    it "prolongs the lease" do
      claim = claimed
      store.clock.advance(store.lease_seconds - 1)
      commit(claim)
      store.clock.advance(store.lease_seconds - 1)
      expect(store.claim(claim.id)).to be_nil
    end

    it "refuses a counter that there is not" do
      expect { commit(claimed, counters: {raed: 1}) }.to raise_error(ArgumentError, /no counter raed, only read, new/)
    end

    it "takes any text as cursor" do
      text = "s:O'Hara \\ :id :token % \u{1F600} \" `"
      claim = commit(claimed, to: text)
      expect(now_of(claim).cursor).to eq(text)
      expect(now_of(store.suspect(claim, level: 4, suspect_left: 1).then { |held| store.tries(held, rows: 1, key: text) }).tries_key).to eq(text)
    end

    it "reads back what a person asked for meanwhile" do
      claim = claimed
      store.pause(claim.id)
      expect(commit(claim).stop_requested).to eq("pause")
    end

    it "ends the run with the last one" do
      claim = store.finish(claimed, to: "i:3", counters: {read: 3}) { {new: 3} }
      expect(claim).to have_attributes(status: "success", commits: 1, cursor: "i:3", rows_new: 3)
      expect(now_of(claim)).to have_attributes(status: "success", token: nil, active_key: nil, slot_key: nil, callbacks_due: 1,
        dispatch_after: Time, ended_at: Time, cursor: "i:3", rows_new: 3)
      expect([store.callbacks_done(claim.id), store.callbacks_done(claim.id)]).to eq([true, false])
    end
  end

  include_examples "guarded commits"
  include_examples "runs that a queue carries over"
  include_examples "runs that were split"
  include_examples "rows that were put aside"

  describe "[overtaken]" do
    it "refuses all else that an overtaken worker does" do
      claim = claimed
      taken_over(claim)
      expect { store.tries(claim, rows: 1) }.to raise_error(lost)
      expect { store.rewind(claim) }.to raise_error(lost)
      expect { store.suspect(claim, level: 1, suspect_left: 1) }.to raise_error(lost)
      expect { store.remember_deaths(claim, [1]) }.to raise_error(lost)
      expect([store.release(claim), store.leaving(claim), store.fail(claim, RuntimeError.new("no")), store.stop(claim)]).to eq([false] * 4)
      expect(now_of(claim)).to have_attributes(status: "in_progress", fence: 2, leaving: 0)
      expect(store.unknown_outcome(claim).what).to eq(:lost)
    end
  end

  describe "[checkpoints]" do
    it "are kept with the commit, and given up with the cursor" do
      claim = claimed
      claim = commit(claim) { store.keep_of_sinks(claim, sink_checkpoints: '["one"]', sink_counts: '{"a":{"new":1}}') && {} }
      expect(now_of(claim)).to have_attributes(sink_checkpoints: '["one"]', sink_counts: '{"a":{"new":1}}')
      expect(now_of(store.rewind(claim))).to have_attributes(sink_checkpoints: nil, sink_counts: '{"a":{"new":1}}')
    end
  end

  describe "[rewind]" do
    it "gives the cursor up, with what was announced behind it, and keeps the counts" do
      claim = store.announce(commit(claimed), '{"rows":1}')
      claim = store.rewind(claim)
      expect(claim.cursor).to be_nil
      expect(now_of(claim)).to have_attributes(cursor: nil, pending_bounds: nil, commits: 1, rows_read: claim.rows_read, status: "in_progress")
      expect(commit(claim)).to have_attributes(commits: 2)
    end
  end

  describe "[lease]" do
    it "is renewed, and tells the tokens that are lost" do
      one, two = claimed, claimed(start(digest: "two"))
      store.clock.advance(store.lease_seconds - 1)
      expect(store.renew([one, two])).to eq([])
      store.clock.advance(store.lease_seconds - 1)
      expect(store.claim(one.id)).to be_nil
      taken_over(one)
      expect(store.renew([one, two])).to eq([one.token])
      expect(store.renew([])).to eq([])
    end

    it "is given back with a moment to go on at" do
      claim = claimed
      expect(store.release(claim, after: 60)).to be(true)
      expect(now_of(claim)).to have_attributes(token: nil, lease_until: nil, dispatch_after: be_within(10).of(Time.now + 60))
      expect(store.release(claim)).to be(false)
    end
  end

  describe "[outcome]" do
    it "of a commit that came through is to go on from there, with a new fence and token" do
      claim = claimed
      commit(claim, to: "i:10")
      outcome = store.unknown_outcome(claim)
      expect(outcome).to be_committed
      expect(outcome.claim).to have_attributes(cursor: "i:10", commits: 1, fence: claim.fence + 1)
      expect(commit(outcome.claim, to: "i:11").commits).to eq(2)
    end

    it "of a commit that never came through is to do it again; the old one never can" do
      claim = claimed
      outcome = store.unknown_outcome(claim)
      expect(outcome).to be_not_committed
      expect { commit(claim) }.to raise_error(lost)
      expect(commit(outcome.claim, to: "i:1").cursor).to eq("i:1")
    end

    it "of the last commit is its end" do
      claim = claimed
      store.finish(claim, to: "i:1")
      expect(store.unknown_outcome(claim)).to have_attributes(what: :committed, claim: nil)
    end

    it "is lost when another worker took the run, or it was deleted, or a person cancelled it" do
      claim = claimed
      taken_over(claim)
      expect(store.unknown_outcome(claim)).to have_attributes(what: :lost, claim: nil)
      expect(store.unknown_outcome(claim.with(id: 0)).what).to eq(:lost)
      other = claimed(start(digest: "two"))
      store.clock.advance(store.lease_seconds + 1)
      store.cancel(other.id)
      expect(store.unknown_outcome(other).what).to eq(:lost)
    end
  end

  describe "[reading]" do
    it "keeps what a reading has left, for the next run of the same flow and arguments" do
      claim = claimed
      expect(store.read_state(claim)).to be_nil
      store.keep_read_state(claim, {"upto" => ["9"], "writers" => []})
      store.finish(claim)
      other = claimed(start(digest: "two"))
      expect(store.read_state(other)).to be_nil
      store.keep_read_state(other, {"upto" => ["1"]})
      again = claimed
      expect(store.read_state(again)).to eq("upto" => ["9"], "writers" => [])
      store.keep_read_state(again, nil)
      expect([store.read_state(again), store.read_state(other)]).to eq([nil, {"upto" => ["1"]}])
    end

    it "says of a run what people should know, and takes it back, for who holds the run" do
      claim = claimed
      expect(store.note(claim, "held back by \"pid\" 7")).to be(true)
      expect(ActiveDataFlow::Run.new(store, now_of(claim)).note).to eq("held back by \"pid\" 7")
      taken_over(claim)
      expect(store.note(claim, "too late")).to be(false)
      again = store.claim(claim.id, owner: "third") || now_of(claim)
      expect(again.metadata).to eq("note" => "held back by \"pid\" 7")
    end
  end

  describe "[people]" do
    it "pause a run: it goes on to its next commit, and then nobody takes it" do
      claim = claimed
      expect([store.pause(claim.id), store.pause(claim.id)]).to eq([true, false])
      expect(now_of(claim)).not_to be_paused
      claim = commit(claim)
      expect(store.stop(claim)).to be(true)
      expect(now_of(claim)).to be_paused
      expect(now_of(claim)).to have_attributes(cursor: "i:1", token: nil)
      expect(store.claim(claim.id)).to be_nil
    end

    it "resume a paused run at its cursor, one that did not stop yet, and a failed one" do
      run = start
      store.pause(run.id)
      expect([store.resume(run.id), store.resume(run.id)]).to eq([true, false])
      claim = commit(claimed(run))
      store.pause(run.id)
      store.resume(run.id)
      claim = commit(claim)
      expect(claim.stop_requested).to be_nil
      store.fail(claim, RuntimeError.new("no"))
      expect(store.resume(run.id)).to be(true)
      expect(claimed(run).cursor).to eq("i:2")
    end

    it "cancel a run: at once when nobody is at it, else at its next commit" do
      waiting, working = start, claimed(start(digest: "two"))
      expect([store.cancel(waiting.id), store.cancel(waiting.id)]).to eq([true, false])
      expect(now_of(waiting)).to have_attributes(status: "cancelled", ended_at: Time)
      store.cancel(working.id)
      expect(now_of(working).status).to eq("in_progress")
      working = commit(working)
      expect(store.stop(working)).to be(true)
      expect(now_of(working)).to have_attributes(status: "cancelled", token: nil, active_key: nil, cursor: "i:1")
      expect(store.resume(working.id)).to be(false)
    end

    it "cancel a run whose worker is dead: what that does later is refused" do
      claim = claimed
      store.clock.advance(store.lease_seconds + 1)
      expect(store.cancel(claim.id)).to be(true)
      expect(now_of(claim).status).to eq("cancelled")
      expect { commit(claim) }.to raise_error(lost)
    end

    it "change no run that has ended" do
      claim = store.finish(claimed, to: "i:1")
      expect([store.pause(claim.id), store.resume(claim.id), store.cancel(claim.id)]).to eq([false] * 3)
      expect(now_of(claim).status).to eq("success")
    end
  end

  describe "[throttled]" do
    it "says until when, and its worker's end meanwhile is no death" do
      claim = claimed
      expect(store.throttle(claim, 60)).to be(true)
      expect(now_of(claim).throttled_until).to be_within(5).of(store.clock.now + 60)
      expect(store.throttle(claim, nil)).to be(true)
      expect(now_of(claim)).to have_attributes(throttled_until: nil, leaving: 0)
      store.throttle(claim, 60)
      expect(taken_over(claim)).to have_attributes(throttled_until: nil, deaths: 0)
      expect(store.throttle(claim, 60)).to be(false)
    end

    it "is given back until then, and is nobody's before" do
      claim = claimed
      expect(store.release(claim, after: 60, throttled: true)).to be(true)
      given = now_of(claim)
      expect(given).to have_attributes(token: nil, attempt: 0, throttled_until: be_within(1).of(given.dispatch_after))
      expect([store.due, store.clock.advance(61) && store.due.map(&:id)]).to eq([[], [claim.id]])
    end
  end

  describe "[failing]" do
    it "keeps the error as any database can" do
      claim = claimed
      expect(store.fail(claim, ArgumentError.new("caf\xE9 \0 grüße".b))).to be(true)
      expect(now_of(claim)).to have_attributes(status: "failed", error_class: "ArgumentError", error_message: "caf\uFFFD  grüße", token: nil,
        active_key: nil, callbacks_due: 1, ended_at: Time)
      expect(store.fail(claim, RuntimeError.new("again"))).to be(false)
    end

    it "keeps rows that were put aside, in their order" do
      claim = claimed
      commit(claim) do
        store.reject(claim, [{row: {"id" => 1, "name" => "Ada"}, stage: "write", reason: "name is taken", position: "i:1"},
          {row: nil, raw: "a;b", line: 7, stage: "read", reason: "an open quote"}])
        {rejected: 2}
      end
      run = ActiveDataFlow::Run.new(store, now_of(claim))
      expect(run.rejects.map(&:to_h)).to match([
        include(row: {"id" => 1, "name" => "Ada"}, stage: "write", reason: "name is taken", position: "i:1", status: "open"),
        include(row: nil, raw: "a;b", line: 7, stage: "read")
      ])
      expect(run.counts).to include(rejected: 2)
    end

    it "forgets the rows that were put aside beside a batch that was not committed, and no other" do
      first = claimed
      claim = commit(first) { store.reject(first, [{reason: "first"}, {reason: "second"}]) && {rejected: 2} }
      store.fail(claim, RuntimeError.new("no"))
      store.reject(claim, [{reason: "third"}])
      expect(store.rejects(claim.id).map { |reject| reject[:reason] }).to eq(%w[first second third])
      store.resume(claim.id)
      heir = store.claim(claim.id)
      2.times { store.forget_uncommitted_rejects(heir) }
      expect(store.rejects(claim.id).map { |reject| reject[:reason] }).to eq(%w[first second])
      store.forget_uncommitted_rejects(heir.with(rows_rejected: 0))
      expect(store.rejects(claim.id)).to eq([])
    end
  end

  describe "[Run]" do
    let(:run) { ActiveDataFlow::Run.new(store, start) }

    it "says its status, counts, cursor and arguments, and takes a new picture when asked" do
      expect(run).to have_attributes(status: "pending", cursor: nil, arguments: {"shop" => 7}, flow_name: "OrderExportFlow")
      store.finish(claimed(run), to: "i:9", counters: {read: 9}) { {new: 4, updated: 3, unchanged: 2} }
      expect(run.status).to eq("pending")
      expect(run.reload).to have_attributes(status: "success", success?: true, finished?: true, cursor: "i:9", redundant: 2, duration: Float)
      expect(run.counts).to eq(read: 9, new: 4, updated: 3, unchanged: 2, filtered: 0, rejected: 0, skipped: 0, deleted: 0, written: 7)
      expect(run).to eq(ActiveDataFlow::Run.new(store, now_of(run)))
    end

    it "is paused, resumed and cancelled, and refuses what makes no sense in one sentence" do
      expect(run.pause!.status).to eq("paused")
      expect { run.pause! }.to raise_error(ActiveDataFlow::Error, /run #{run.id} of OrderExportFlow is paused and was not paused; only one that/)
      expect(run.resume!.status).to eq("pending")
      expect(run.cancel!).to be_cancelled
      expect { run.resume! }.to raise_error(ActiveDataFlow::Error, /is cancelled and was not resumed; only a paused or a failed one/)
      expect { run.cancel! }.to raise_error(ActiveDataFlow::Error, /is cancelled and was not cancelled/)
    end

    it "says why one that is at work cannot be paused a second time" do
      claimed(run)
      run.pause!
      expect { run.pause! }.to raise_error(ActiveDataFlow::Error, /is in_progress and was not paused; only one that is pending or in progress, and not told to stop already/)
    end

    it "says why it failed" do
      store.fail(claimed(run), KeyError.new("no total"))
      expect(run.reload).to have_attributes(status: "failed", error_class: "KeyError", error_message: "no total")
      expect(run.resume!).to be_pending
    end
  end
end
