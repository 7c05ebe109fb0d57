# frozen_string_literal: true

require "spec_helper"
require "support/native"

RSpec.describe ActiveDataFlow::Native::Run do
  include NativeSupport

  let(:store) { ActiveDataFlow::Native::TaskStore.new }
  let(:plan) { native_plan }
  let(:uuid) { "0f6c2b1e-9a5d-4c3b-8e7f-0123456789ab" }
  let(:noon_us) { Time.utc(2026, 3, 1, 12).to_i * 1_000_000 }
  let(:run) { store.run(uuid, 1, plan, false) }

  before do
    store_task(store, uuid, life: plan.create(0, false), attributes: {"n" => 1})
    allow(Time).to receive(:now).and_return(Time.utc(2026, 3, 1, 12))
  end

  it "stores a move to a state by its number, and counts the version" do
    expect(run.move(1, 1, nil)).to be(true)
    expect(run.move(2, 3, {"n" => 2})).to be(true)
    row = store.fetch(uuid)
    moved = plan.move(plan.move(plan.create(0, false), "approved?", noon_us), "done", noon_us)
    expect(row.values_at(1, 3, 5)).to eq([3, moved, {"n" => 2}])
    expect(row.last).to eq(["asked", 0, 1, nil, "approved?", noon_us, 1, nil, "done", noon_us, 0, nil])
  end

  it "notes what it has passed, until that is taken" do
    expect(run.take_passed).to be_nil
    run.move(1, 1, nil)
    expect(run.take_passed).to eq([1, ["approved?", noon_us, 0, nil], false])
    expect(run.take_passed).to be_nil
    run.move(2, 3, nil)
    expect(run.finish(3, {"n" => 3})).to eq(noon_us)
    expect(run.take_passed).to eq([1, ["done", noon_us, 0, nil], true])
    expect(store.fetch(uuid)[3]).to eq(plan.complete(plan.move(plan.move(plan.create(0, false), "approved?", noon_us), "done", noon_us), noon_us))
  end

  it "notes the newest hundred steps, and how many there were" do
    250.times { |n| run.move(n + 1, n.even? ? 1 : 0, nil) }
    moves, trail, = run.take_passed
    expect([moves, trail.size]).to eq([250, 400])
    expect(trail).to eq(store.fetch(uuid).last)
  end

  it "is none of a task that is not stored with that version", req: "O-20" do
    expect(store.run(uuid, 2, plan, true)).to be_nil
    expect(store.run("nobody", 1, plan, true)).to be_nil
  end

  it "writes nothing for one who is out of date, and says so", req: "O-20" do
    expect(run.move(2, 1, {"n" => 9})).to be_nil
    expect(run.finish(-1, {"n" => 9})).to be_nil
    expect(store.fetch(uuid).values_at(1, 5)).to eq([1, {"n" => 1}])
    expect(run.take_passed).to be_nil
  end

  it "never writes to another task that was given the same place, be it of the same id and version", req: "O-20" do
    run
    store.delete(uuid)
    expect(run.move(1, 1, nil)).to be_nil
    store_task(store, uuid, life: plan.create(7, false))
    expect(run.move(1, 1, nil)).to be_nil
    expect(run.finish(1, nil)).to be_nil
    expect(store.fetch(uuid).values_at(1, 3)).to eq([1, plan.create(7, false)])
  end

  it "writes nothing when the move is refused", req: "B9" do
    [4, -1, 2**40].each { |number| expect { run.move(1, number, {"n" => 9}) }.to raise_error(Operations::InvalidState, /has asked, approved\?, waiting, done|asked/) }
    run.finish(1, nil)
    expect { run.move(2, 1, {"n" => 9}) }.to raise_error(Operations::InvalidState, /does not move any more/)
    expect(store.fetch(uuid).values_at(1, 5)).to eq([2, {"n" => 1}])
  end

  it "refuses what is no argument by class" do
    expect { run.move("1", 1, nil) }.to raise_error(TypeError, "expected an Integer (version), got String")
    expect { run.move(1, "done", nil) }.to raise_error(TypeError, /got String/)
    expect { run.move(1, 1.5, nil) }.to raise_error(TypeError, /got Float/)
    expect { run.finish(1, []) }.to raise_error(TypeError, /Hash/)
    expect { store.run(uuid, 1, plan, nil) }.to raise_error(TypeError, "expected true or false, got NilClass")
    expect { described_class.new }.to raise_error(TypeError, /allocator/)
  end

  it "reads the system's clock when it is told that nobody has replaced Time.now" do
    run = store.run(uuid, 1, plan, true)
    before = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
    run.move(1, 1, nil)
    expect(store.fetch(uuid)[3][2]).to be_between(before, Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond))
  end

  it "takes what a replaced clock says, if that knows to_i and usec" do
    allow(Time).to receive(:now).and_return(Struct.new(:to_i, :usec).new(-1, 999_999))
    run.move(1, 1, nil)
    expect(store.fetch(uuid)[3][2]).to eq(-1)
    allow(Time).to receive(:now).and_return(Struct.new(:to_i, :usec).new(2**60, 0))
    expect { run.move(2, 3, nil) }.to raise_error(RangeError, /out of range/)
    allow(Time).to receive(:now).and_raise(KeyError, "no clock")
    expect { run.move(2, 3, nil) }.to raise_error(KeyError, "no clock")
    expect(store.fetch(uuid)[1]).to eq(2)
  end

  it "keeps its store and its plan, whoever else forgets them" do
    output = run_ruby(<<~RUBY)
      require "support/native"
      include NativeSupport
      def begun
        store = ActiveDataFlow::Native::TaskStore.new
        plan = native_plan
        store_task(store, "a", plan:, life: plan.create(0, false))
        store.run("a", 1, plan, true)
      end
      runs = Array.new(50) { begun }
      GC.start
      GC.stress = true
      print runs.map { |run| run.move(1, 1, {"n" => "x"}) && run.take_passed.first }.uniq.inspect
    RUBY
    expect(output).to eq("[1]")
  end
end

RSpec.describe "ActiveDataFlow::Native.uuid" do
  it "makes a uuid of version 4 of sixteen bytes" do
    expect(ActiveDataFlow::Native.uuid("\xFF".b * 16)).to eq("ffffffff-ffff-4fff-bfff-ffffffffffff")
    expect(ActiveDataFlow::Native.uuid("\0" * 16)).to eq("00000000-0000-4000-8000-000000000000")
    expect(ActiveDataFlow::Native.uuid((0..15).to_a.pack("C*"))).to eq("00010203-0405-4607-8809-0a0b0c0d0e0f")
  end

  it "takes neither less nor more, nor anything else" do
    expect { ActiveDataFlow::Native.uuid("short") }.to raise_error(ArgumentError, "a uuid is made of 16 bytes, not 5")
    expect { ActiveDataFlow::Native.uuid("x" * 17) }.to raise_error(ArgumentError, /not 17/)
    expect { ActiveDataFlow::Native.uuid(nil) }.to raise_error(TypeError, /String/)
  end
end
