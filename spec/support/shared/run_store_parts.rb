# frozen_string_literal: true

# What every store of runs does for a run that was split. Part of "a run store".
RSpec.shared_examples "runs that were split" do
  let(:ranges) { [[nil, "i:10"], ["i:10", "i:20"], ["i:20", nil]] }

  def split(**options) = start(ranges:, **options)

  def done(part, to: part.range_upto || "i:30") = store.finish(claimed(part), to:, counters: {read: 10}, rows: 10)

  def ended(run) = [store.end_split(run.id), now_of(run).status]

  def statuses(run) = store.parts(run.id).map(&:status)

  describe "[parts]" do
    it "come with the whole run, each with its range, and begin where that does" do
      run = split(cursor: "i:5")
      expect(run).to have_attributes(status: "in_progress", cursor: "i:5", part_count: 3, part: nil, token: nil, dispatch_after: nil)
      expect(store.parts(run.id).map { |part| [part.part, part.cursor, part.range_from, part.range_upto] })
        .to eq([[1, nil, nil, "i:10"], [2, "i:10", "i:10", "i:20"], [3, "i:20", "i:20", nil]])
      expect(store.parts(run.id)).to all(have_attributes(parent_run_id: run.id, status: "pending", arguments: {"shop" => 7}, arguments_digest: "one",
        fingerprint: "source/key", part_count: nil))
    end

    it "are what workers carry over, and the whole run is claimed by nobody" do
      run = split
      expect([store.claim(run.id), store.win(run.id, job_id: "job")]).to eq([nil, false])
      expect(store.to_carry_over(run).map(&:part)).to eq([1, 2, 3])
      done(store.parts(run.id).first)
      expect(store.to_carry_over(run).map(&:part)).to eq([2, 3])
      plain = start(digest: "two")
      expect(store.to_carry_over(plain)).to eq([plain])
    end

    it "are at work side by side, each by one worker" do
      claims = store.parts(split.id).map { |part| claimed(part) }
      expect(claims.map { |claim| claim.active_key[%r{/p\d\z}] }).to eq(%w[/p1 /p2 /p3])
      expect(claims.map { |claim| store.claim(claim.id) }).to eq([nil] * 3)
    end

    it "are no runs of the flow's own: the whole run is what others find" do
      run = split
      store.parts(run.id).each { |part| done(part) }
      expect([start, split].map(&:id)).to eq([run.id] * 2)
      expect(store.runs("OrderExportFlow").map(&:id)).to eq([run.id])
      store.end_split(run.id)
      expect { |block| start(beginning: ->(last) { block.to_proc.call(last.id) || {} }) }.to yield_with_args(run.id)
    end

    it "end the whole run once, when all have succeeded, at the last one's place" do
      run = split
      parts = store.parts(run.id)
      parts.first(2).each { |part| done(part) }
      expect([ended(run), store.over]).to eq([[false, "in_progress"], []])
      done(parts.last)
      expect(store.over.map(&:id)).to eq([run.id])
      expect([ended(run), store.end_split(run.id)]).to eq([[true, "success"], false])
      expect(now_of(run)).to have_attributes(cursor: "i:30", callbacks_due: 1, active_key: nil)
      expect(now_of(run).started_at).not_to be_nil
      expect([store.owing.map(&:id), store.over]).to eq([[run.id], []])
    end

    it "fail the whole run with the first one's error, when none of them is left to do" do
      run = split
      one, two, three = store.parts(run.id)
      store.fail(claimed(one), KeyError.new("no such key"))
      store.fail(claimed(two), RuntimeError.new("no"))
      expect(ended(run)).to eq([false, "in_progress"])
      done(three)
      expect(ended(run)).to eq([true, "failed"])
      expect(now_of(run)).to have_attributes(error_class: "KeyError", error_message: "no such key", callbacks_due: 1)
      expect(store.owing.map(&:id)).to eq([run.id])
    end

    it "go on where each is, whoever starts the failed run again, and those that are done stay so" do
      %i[find_or_create enqueue run_of_job].each do |way|
        run = split(digest: way.to_s)
        parts = store.parts(run.id)
        done(parts.first)
        store.fail(commit(claimed(parts[1]), to: "i:15"), RuntimeError.new("no"))
        done(parts.last)
        store.end_split(run.id)
        more = (way == :run_of_job) ? {job_id: "job"} : {}
        again = store.public_send(way, flow_name: "OrderExportFlow", arguments: {"shop" => 7}, digest: way.to_s, ranges:, **more)
        expect(again).to have_attributes(id: run.id, status: "in_progress", callbacks_due: 0)
        expect(store.to_carry_over(run).map { |part| [part.part, part.status, part.cursor] }).to eq([[2, "pending", "i:15"]])
        expect(store.due.map(&:id)).to include(parts[1].id)
        done(now_of(parts[1]))
        expect(ended(run)).to eq([true, "success"])
      end
    end

    it "are made with a run that is enqueued, and once" do
      runs = Array.new(2) { store.enqueue(flow_name: "OrderExportFlow", arguments: {}, digest: "one", ranges:, triggered_by: "run:1:complete") }
      expect(runs.map(&:id).uniq.size).to eq(1)
      expect(store.due.map(&:part)).to eq([1, 2, 3])
      made = Array.new(2) { store.run_of_job(job_id: "job", flow_name: "OrderExportFlow", arguments: {}, digest: "two", ranges:) }
      expect([made.map(&:id).uniq.size, store.parts(made.first.id).size]).to eq([1, 3])
      expect(store.due.map(&:id)).to include(*store.parts(made.first.id).map(&:id))
    end

    it "stop and go on with the whole run" do
      run = split
      claim = claimed(store.parts(run.id).first)
      expect(store.pause(run.id)).to be(true)
      expect(store.parts(run.id).map(&:stop_requested)).to eq(["pause"] * 3)
      expect(commit(claim).stop_requested).to eq("pause")
      store.stop(claim)
      expect([store.due, now_of(run).paused?, store.resume(run.id)]).to eq([[], true, true])
      expect([now_of(run).paused?, store.parts(run.id).map(&:stop_requested), store.due.size]).to eq([false, [nil] * 3, 3])
      expect(store.resume(run.id)).to be(false)
    end

    it "go on with a failed run that is resumed" do
      run = split
      one, *others = store.parts(run.id)
      store.fail(claimed(one), RuntimeError.new("no"))
      others.each { |part| done(part) }
      store.end_split(run.id)
      expect([store.resume(run.id), now_of(run).status, statuses(run)]).to eq([true, "in_progress", %w[pending success success]])
    end

    it "are cancelled with the whole run, which has ended when the last of them has" do
      run = split
      claim = claimed(store.parts(run.id).first)
      expect([store.cancel(run.id), now_of(run).status, statuses(run)]).to eq([true, "in_progress", %w[in_progress cancelled cancelled]])
      store.stop(commit(claim))
      expect(store.over.map(&:id)).to eq([run.id])
      expect(ended(run)).to eq([true, "cancelled"])
      expect([store.owing, store.cancel(run.id)]).to eq([[], false])
    end

    it "are cancelled with a run that has failed" do
      run = split
      store.parts(run.id).each { |part| store.fail(claimed(part), RuntimeError.new("no")) }
      store.end_split(run.id)
      expect([store.cancel(run.id), now_of(run).status, statuses(run)]).to eq([true, "cancelled", %w[cancelled] * 3])
    end

    it "make way for a start at the first row, unless one is at work" do
      run = split
      claim = claimed(store.parts(run.id)[1])
      expect { split(restart: true) }.to raise_error(ActiveDataFlow::RunStore::AtWork) { |error| expect(error.row.id).to eq(claim.id) }
      expect([now_of(run).status, statuses(run)]).to eq(["in_progress", %w[pending in_progress pending]])
      store.release(claim)
      again = split(restart: true)
      expect([now_of(run).status, statuses(run), statuses(again)]).to eq(["cancelled", %w[cancelled] * 3, %w[pending] * 3])
    end
  end
end
