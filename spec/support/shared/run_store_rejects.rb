# frozen_string_literal: true

# What every store of runs does with rows that were put aside. Part of "a run store".
RSpec.shared_examples "rows that were put aside" do
  # The run of a claim, with one row put aside in its first commit.
  def put_aside(claim: claimed, row: {"id" => 1})
    commit(claim) { store.reject(claim, [{row:, stage: "write", reason: "no"}]) && {rejected: 1} }
  end

  def run_with_reject(**options) = put_aside(**options).then { |claim| store.finish(claim) }

  def id_of(run) = store.rejects(run.id).last.fetch(:id)

  def replay(run, answer: true)
    store.replay(now_of(run), id_of(run)) do |_connection|
      yield if block_given?
      answer
    end
  end

  def reject_of(run) = store.rejects(run.id).last

  describe "[rejects]" do
    it "come back value by value" do
      row = {"id" => 1, "net" => BigDecimal("12.50"), "at" => Time.at(1, 123_456_789, :nsec).utc, "on" => Date.new(2026, 11, 27), "bytes" => "\xFF\x00".b, "none" => nil, "real" => 0.5}
      reject = ActiveDataFlow::Run.new(store, run_with_reject(row:)).rejects.first
      expect(reject.row).to eq(row)
      expect(reject.row.transform_values(&:class)).to eq(row.transform_values(&:class))
    end

    it "come back with text that is none, and with floats that are no numbers" do
      row = {"id" => 1, "broken" => "\xFFä", "nul" => "ä\0", "over" => Float::INFINITY, "under" => [-Float::INFINITY], "nan" => Float::NAN}
      back = ActiveDataFlow::Run.new(store, run_with_reject(row:)).rejects.first.row
      expect(back.except("nan")).to eq(row.except("nan"))
      expect(back.values_at("broken", "nul").map(&:encoding).uniq).to eq([Encoding::UTF_8])
      expect(back["nan"]).to be_nan
    end

    it "come back with documents that are written as marked values are" do
      documents = [{"$date" => 1_577_836_800_000}, {"$bytes" => nil}, {"$document" => ["$time", {"$decimal" => BigDecimal("1.5")}]}]
      row = {"id" => 1, "documents" => documents}
      expect(ActiveDataFlow::Run.new(store, run_with_reject(row:)).rejects.first.row).to eq(row)
    end

    it "change as long as they are open" do
      run = run_with_reject
      expect(store.change_reject(id_of(run), row: {"id" => 2}, reason: "mended")).to be(true)
      expect(store.find_reject(id_of(run))).to include(run_id: run.id, row: '{"id":2}', reason: "mended", status: "open")
      expect(store.change_reject(id_of(run), status: "discarded")).to be(true)
      expect(store.change_reject(id_of(run), reason: "again")).to be(false)
      expect([reject_of(run)[:reason], replay(run) { raise "the block ran" }]).to eq(["mended", :settled])
      expect(store.find_reject(4711)).to be_nil
    end

    it "are replayed once, and the run is as it was" do
      run = run_with_reject
      written = []
      before = now_of(run).to_h.except(:updated_at)
      expect(replay(run) { written << 1 }).to eq(:replayed)
      expect(replay(run) { written << 2 }).to eq(:settled)
      expect([written, reject_of(run)[:status]]).to eq([[1], "replayed"])
      expect(reject_of(run)[:replayed_at]).to be_within(60).of(store.clock.now)
      expect(now_of(run).to_h.except(:updated_at)).to eq(before)
    end

    it "stay open when they are refused, or the block raises" do
      run = run_with_reject
      expect(replay(run, answer: false)).to eq(:refused)
      expect { replay(run) { raise IOError, "the line is down" } }.to raise_error(IOError)
      expect(reject_of(run)).to include(status: "open", replayed_at: nil)
      expect(store.claim(start.id)).not_to be_nil
    end

    it "wait as long as a run of the same flow and arguments is at work" do
      run = run_with_reject
      other = claimed(start)
      expect { replay(run) { raise "the block ran" } }.to raise_error(ActiveDataFlow::RunStore::AtWork)
      expect(reject_of(run)[:status]).to eq("open")
      expect(replay(run_with_reject(claim: claimed(start(digest: "two"))))).to eq(:replayed)
      put_aside(claim: other)
      expect { replay(other) { raise "the block ran" } }.to raise_error(ActiveDataFlow::RunStore::AtWork)
    end

    it "do not wait for a run that nobody is at: its worker, should it come back, commits nothing more" do
      run = run_with_reject
      other = claimed(start)
      store.clock.advance(store.lease_seconds + 1)
      expect(replay(run)).to eq(:replayed)
      expect { commit(other) { raise "the block ran" } }.to raise_error(lost)
      heir = store.claim(other.id, owner: "elsewhere:1:1")
      store.release(heir)
      expect(heir).to have_attributes(deaths: 1, active_key: other.active_key)
      expect(replay(run_with_reject(claim: claimed(heir)))).to eq(:replayed)
    end

    it "wait for the other parts of a run that was split" do
      run = start(ranges: [[nil, "i:10"], ["i:10", nil]])
      first, second = store.parts(run.id)
      run_with_reject(claim: claimed(first))
      other = claimed(second)
      expect { replay(first) { raise "the block ran" } }.to raise_error(ActiveDataFlow::RunStore::AtWork)
      store.release(other)
      expect(replay(first)).to eq(:replayed)
    end
  end
end
