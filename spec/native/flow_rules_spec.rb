# frozen_string_literal: true

# What the rules say is tested where they are; this is that Ruby hears it, and that a wrong argument is told.
RSpec.describe "The rules of flows" do
  native = ActiveDataFlow::Native

  describe native::Level do
    it "makes a batch smaller with each death, until one row is left" do
      expect(described_class.after_claim([1, 0, 0], 0, 5_000)).to eq([[1, 0, 0], false])
      expect(described_class.after_claim([2, 0, 0], 0, 5_000)).to eq([[0, 1, 5_000], false])
      expect(described_class.rows([0, 1, 5_000], 5_000)).to eq(100)
      expect(described_class.after_commit([0, 1, 5_000], 100)).to eq([0, 1, 4_900])
      expect(described_class.after_claim([1, 3, 10], 3, 5_000)).to eq([[0, 4, 3], false])
      expect(described_class.after_claim([2, 4, 3], 1, 5_000)).to eq([[2, 4, 3], true])
      expect(described_class.after_commit([2, 4, 1], 1)).to eq([0, 0, 0])
    end

    it "counts who died of the batch, and nobody else" do
      dead = [true, false, false, false, false]
      expect(described_class.deaths(dead, 1, 0)).to eq(2)
      expect(described_class.deaths([true, true, false, false, false], 1, 0)).to eq(0)
      expect(described_class.deaths(dead, 1, 3)).to eq(0)
      expect(described_class.deaths([false, false, false, false, false], 1, 0)).to eq(1)
    end

    it "stops a run that kills more than twenty workers in an hour" do
      deaths = (0..20).reduce([]) { |before, at| described_class.remembered(before, at) }
      expect(described_class.too_many(deaths.first(20), 21)).to be_nil
      expect(described_class.too_many(deaths, 21)).to start_with("21 workers died of this run within an hour (20 are allowed)")
    end

    it "refuses what is no state" do
      expect { described_class.after_claim([0, 5, 0], 0, 1) }.to raise_error(RangeError, "5 is no level; there are 0 to 4")
      expect { described_class.rows(nil, 1) }.to raise_error(TypeError)
      expect { described_class.rows([0, 0, -1], 1) }.to raise_error(RangeError)
    end
  end

  describe native::Pace do
    it "grows fast, and halves at least when a batch is slow" do
      expect(described_class.first(10_000)).to eq(1_000)
      expect(described_class.next(1_000, 1_000, 3_000, 10_000)).to eq(4_000)
      expect(described_class.next(4_000, 4_000, 9_000, 10_000)).to eq(10_000)
      expect(described_class.next(4_000, 4_000, 300_000, 10_000)).to eq(1_333)
      expect(described_class.learnt(nil, 1_000, 100_000)).to eq(10.0)
      expect(described_class.learnt(10.0, 2_000, 100_000)).to eq(12.0)
    end

    it "takes whole numbers that are not negative" do
      expect { described_class.next(1.5, 1, 1, 1) }.to raise_error(TypeError, "expected an Integer (0 or more), got Float")
      expect { described_class.next(1, -1, 1, 1) }.to raise_error(RangeError)
    end
  end

  describe native::Counters do
    it "says which rows are missing" do
      expect(described_class.check([21, 1, 2, 3, 4, 5, 6, 7], false)).to be_nil
      expect(described_class.check([28, 1, 2, 3, 4, 5, 6, 7], true)).to be_nil
      expect { described_class.check([22, 1, 2, 3, 4, 5, 6, 7], false) }.to raise_error(ActiveDataFlow::Error,
        "the rows do not add up: 22 read, but 1 new + 2 updated + 3 unchanged + 4 filtered + 5 rejected + 6 skipped = 21")
      expect(described_class::NAMES).to eq(%i[read new updated unchanged filtered rejected skipped deleted]).and be_frozen
    end

    it "stops at more bad rows than the budget allows" do
      expect(described_class.over_budget(0.01, 99, 99, false)).to be_nil
      expect(described_class.over_budget(0.01, 100, 100, false)).to eq("Stopped: 100 of 100 rows put aside, budget 0.01.")
      expect(described_class.over_budget(0.29, 100, 29, false)).to be_nil
      expect(described_class.over_budget(3, 10, 4, false)).to eq("Stopped: 4 of 10 rows put aside, budget 3.")
      expect { described_class.check_budget(1.5) }.to raise_error(ArgumentError, /write 0.0 to 1.0, or an Integer/)
      expect { described_class.check_budget("1 %") }.to raise_error(TypeError)
    end
  end

  describe native::Fingerprint do
    it "tells another source, order or key from other steps" do
      of = ->(source: "orders", order: %w[id], directions: %w[asc], key: %w[id], steps: ["drop c"]) { described_class.of(source, order, directions, key, steps) }
      expect(described_class.change(of.call, of.call)).to eq("none")
      expect(described_class.change(of.call, of.call(steps: []))).to eq("steps")
      [{source: "order"}, {directions: %w[desc]}, {key: %w[number]}, {order: %w[a b], directions: %w[asc asc]}].each do |other|
        expect(described_class.change(of.call, of.call(**other))).to eq("identity")
      end
      expect { described_class.change("x", of.call) }.to raise_error(ActiveDataFlow::Error, /"x" is no fingerprint of this version/)
      expect { of.call(order: []) }.to raise_error(ArgumentError, /0 columns, but 1 directions/)
    end
  end

  describe native::RunStatus do
    it "knows the moves" do
      expect(described_class::ALL).to eq(%w[pending in_progress success failed cancelled])
      expect(described_class.move("pending", "in_progress")).to eq("in_progress")
      expect { described_class.move("success", "pending") }.to raise_error(ActiveDataFlow::Error,
        "a run that is success cannot become pending; success is where it ends")
      expect { described_class.move("paused", "pending") }.to raise_error(ArgumentError, /"paused" is no status of a run; there are pending/)
      expect(described_class.finished?("failed")).to be(true)
      expect(described_class.shown("in_progress", true, false)).to eq("paused")
    end
  end
end
