# frozen_string_literal: true

RSpec.describe ActiveDataFlow::RunStore::Memory do
  # With a door for what only a failover could write.
  let(:store) do
    Class.new(described_class) {
      def tamper(run_id, **columns) = @table.exclusively { @table[run_id].update(columns) }
    }.new
  end

  def tamper(...) = store.tamper(...)

  it_behaves_like "a run store"

  context "with several threads" do
    include_context "runs in a store"

    it "gives a run to one of them" do
      run = start
      gate = Queue.new
      claims = Array.new(8) { Thread.new { gate.pop && store.claim(run.id, owner: rand.to_s) } }
      8.times { gate << true }
      expect(claims.map(&:value).compact.size).to eq(1)
    end

    it "passes over a run whose commit is open, though its lease has ended" do
      claim = claimed(start, slot_key: "exports/0")
      commit(claim) do
        store.clock.advance(store.lease_seconds + 1)
        expect(Thread.new { store.claim(claim.id, owner: "other") }.value).to be_nil
        expect(Thread.new { swept(claim) }.value).to eq([false, []])
        expect { Thread.new { commit(claim) }.tap { |thread| thread.report_on_exception = false }.value }.to raise_error(lost)
        {}
      end
      expect(now_of(claim).commits).to eq(1)
    end

    it "takes a fiber for what a thread is: another one of the thread that commits is refused, as often as it comes" do
      claim = claimed
      committing = Fiber.new do
        commit(claim) do
          Fiber.yield
          {}
        end
      end
      committing.resume
      2.times { expect { commit(claim) }.to raise_error(lost) }
      committing.resume
      expect(now_of(claim).commits).to eq(1)
    end
  end
end
