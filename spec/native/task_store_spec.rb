# frozen_string_literal: true

require "spec_helper"
require "support/native"

RSpec.describe ActiveDataFlow::Native::TaskStore do
  include NativeSupport

  let(:store) { described_class.new }
  let(:plan) { native_plan }
  let(:uuid) { "0f6c2b1e-9a5d-4c3b-8e7f-0123456789ab" }
  let(:waiting) { plan.create(0, true) }
  let(:active) { plan.create(0, false) }

  def ids(rows) = rows.map(&:first)

  describe "#insert and #fetch" do
    it "gives back the row that was stored", req: %w[O-16 O-20] do
      expect(store_task(store, uuid, attributes: {"name" => "Ada"}, models: {"user" => {"id" => 7, "type" => "User"}})).to eq(1)
      expect(store.fetch(uuid)).to eq([uuid, 1, "ApprovalTask", waiting, nil, {"name" => "Ada"},
        {"user" => {"id" => 7, "type" => "User"}}, nil, ["asked", 0, 0, nil]])
      expect(store.fetch("someone else")).to be_nil
    end

    it "takes any text as an id", req: "O-21" do
      odd = ["7", "", "größe", uuid.upcase, "0f6c2b1e09a5d-4c3b-8e7f-0123456789ab", "abc".b, "7".encode("US-ASCII")]
      odd.uniq.each { |id| store_task(store, id) }
      expect(store.ids(nil)).to eq(odd.uniq)
      expect(odd.map { |id| store.fetch(id)&.first }).to eq(odd)
    end

    it "refuses an id that is no text it could give back" do
      expect { store_task(store, "größe".encode("Windows-1252")) }.to raise_error(ArgumentError, /an id has to be UTF-8 text/)
      expect { store_task(store, "seven".encode("UTF-16LE")) }.to raise_error(ArgumentError, /UTF-8/)
      expect { store_task(store, 7) }.to raise_error(TypeError, "expected a String, got Integer")
    end

    it "refuses an id that is stored" do
      store_task(store, uuid)
      expect { store_task(store, uuid) }.to raise_error(ArgumentError, /a task with id "#{uuid}" is stored already/)
      expect(store.size).to eq(1)
    end

    it "finds what a repeated handler has started before" do
      store_task(store, "child", parent_id: uuid, start_key: "ship:0")
      expect(store_task(store, "again", parent_id: uuid, start_key: "ship:0")).to eq("child")
      expect(store_task(store, "other key", parent_id: uuid, start_key: "ship:1")).to eq(1)
      expect(store_task(store, "other parent", parent_id: "p", start_key: "ship:0")).to eq(1)
      expect(store_task(store, "no parent", start_key: "ship:0")).to eq(1)
      expect(store.size).to eq(4)
    end

    it "finds the unfinished task with the same unique key" do
      store_task(store, "first", unique_key: "invoice 7")
      expect(store_task(store, "second", unique_key: "invoice 7")).to eq("first")
      write_task(store, "first", plan.complete(waiting, 9))
      expect(store_task(store, "second", unique_key: "invoice 7")).to eq(1)
      expect { write_task(store, "first", active) }.to raise_error(Operations::InvalidState, /task second is unfinished/)
      expect(store.fetch("first")[3][0]).to eq(100)
    end
  end

  describe "#move" do
    before { store_task(store, uuid, life: active, attributes: {"n" => 1}) }

    it "moves what is stored, writes the trail, and counts the version" do
      expect(store.move(uuid, 1, plan, "approved?", 50, nil)).to be_truthy
      row = store.fetch(uuid)
      expect(row[1]).to eq(2)
      expect(row[3]).to eq(plan.move(active, "approved?", 50))
      expect(row[5]).to eq("n" => 1)
      expect(row[8]).to eq(["asked", 0, 1, nil, "approved?", 50, 0, nil])
    end

    it "replaces the attributes when there are some" do
      store.move(uuid, 1, plan, "approved?", 50, {"n" => 2, "m" => "x" * 300})
      expect(store.fetch(uuid)[5]).to eq("n" => 2, "m" => "x" * 300)
    end

    it "writes nothing for one who is out of date", req: "O-20" do
      expect(store.move(uuid, 2, plan, "approved?", 50, nil)).to be_nil
      expect(store.move(uuid, -1, plan, "approved?", 50, nil)).to be_nil
      expect(store.move("nobody", 1, plan, "approved?", 50, nil)).to be_nil
      expect(store.fetch(uuid)[1]).to eq(1)
    end

    it "writes nothing when the move is refused", req: "B9" do
      expect { store.move(uuid, 1, plan, "nowhere", 50, {"n" => 9}) }.to raise_error(Operations::InvalidState)
      write_task(store, uuid, plan.complete(active, 9))
      expect { store.move(uuid, 2, plan, "approved?", 50, {"n" => 9}) }.to raise_error(Operations::InvalidState)
      expect(store.fetch(uuid).values_at(1, 5)).to eq([2, {"n" => 1}])
    end

    it "keeps the newest hundred steps" do
      130.times { |n| store.move(uuid, n + 1, plan, n.even? ? "approved?" : "asked", n, nil) }
      trail = store.fetch(uuid)[8].each_slice(4).to_a
      expect(trail.size).to eq(100)
      expect(trail.last).to eq(["asked", 129, 0, nil])
      expect(trail.first).to eq(["approved?", 30, 1, nil])
    end
  end

  describe "#put" do
    it "keeps what is not given", req: "O-15" do
      store_task(store, uuid, attributes: {"a" => 1}, models: {"m" => nil}, parent_id: "p", trail: ["asked", 0, 5, "timeout"])
      expect(write_task(store, uuid, active, version: 1)).to eq(2)
      expect(store.fetch(uuid)).to eq([uuid, 2, "ApprovalTask", active, "p", {"a" => 1}, {"m" => nil}, nil,
        ["asked", 0, 5, "timeout"]])
    end

    it "replaces what is given" do
      store_task(store, uuid, attributes: {"a" => 1}, models: {"m" => nil})
      failure = ["KeyError", "key not found: \xff", nil]
      write_task(store, uuid, active, attributes: {"b" => 2}, models: {}, failure:, trail: [], parent_id: "q")
      expect(store.fetch(uuid)[4..]).to eq(["q", {"b" => 2}, {}, failure, []])
      write_task(store, uuid, active, failure: false)
      expect(store.fetch(uuid)[7]).to be_nil
    end

    it "keeps a trail that is not given, whatever becomes of the task" do
      store_task(store, uuid, life: active)
      write_task(store, uuid, plan.move(active, "done", 70))
      expect(store.fetch(uuid)[8]).to eq(["asked", 0, 0, nil])
    end

    it "stores what is missing when no version is named, else nothing", req: "O-15" do
      expect(write_task(store, uuid, active, version: 1)).to be_nil
      expect(write_task(store, uuid, active, attributes: {"a" => 1})).to eq(1)
      expect(write_task(store, uuid, active, version: 3)).to be_nil
      expect(write_task(store, uuid, active, version: nil)).to be_nil
      expect(store.fetch(uuid).values_at(1, 5, 6, 8)).to eq([1, {"a" => 1}, {}, []])
    end

    it "stores a life as it is, also one that no transition leads to" do
      crowded = [100, "gone", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
      write_task(store, uuid, crowded)
      expect(store.fetch(uuid)[3]).to eq(crowded)
      write_task(store, uuid, waiting)
      expect(store.fetch(uuid)[3]).to eq(waiting)
    end

    it "stores children in the same write", req: "O-38" do
      store_task(store, uuid, life: active)
      store_task(store, "old", parent_id: uuid, start_key: "ship:0")
      child = ->(id, key) { [id, plan, waiting, uuid, key, nil, {"n" => 1}, {}, []] }
      expect(write_task(store, uuid, active, version: 1, children: [child.call("new", "ship:1"), child.call("x", "ship:0")]))
        .to eq([2, %w[new old]])
      expect(ids(store.children(uuid, nil))).to eq(%w[old new])
      expect(write_task(store, uuid, active, version: 1, children: [child.call("late", nil)])).to be_nil
      expect { write_task(store, uuid, active, children: [child.call("late", nil), child.call("old", nil)]) }
        .to raise_error(ArgumentError, /stored already/)
      expect([store.size, store.fetch(uuid)[1]]).to eq([3, 2])
    end

    it "loses no wake that came while the task ran" do
      store_task(store, uuid)
      version = store.claim(uuid, 5)
      expect(store.signal(uuid, 6)).to be(true)
      asleep = plan.sleep(plan.wake(waiting, 5), nil, 7)
      write_task(store, uuid, asleep, version:)
      expect(store.fetch(uuid)[3][3]).to eq(7)
      expect(ids(store.due(7, nil, nil))).to eq([uuid])
      store.claim(uuid, 8)
      write_task(store, uuid, plan.sleep(plan.wake(waiting, 8), nil, 9))
      expect(store.due(10, nil, nil)).to eq([])
    end
  end

  describe "waking" do
    it "finds what is due, earliest first, of the classes asked for", req: "O-17" do
      other = native_plan(class_name: "PaymentTask")
      store_task(store, "late", life: plan.create(30, true))
      store_task(store, "early", life: plan.create(10, true), plan: other)
      store_task(store, "middle", life: plan.create(20, true))
      store_task(store, "runs", life: plan.create(0, false))
      expect(ids(store.due(30, nil, nil))).to eq(%w[early middle late])
      expect(ids(store.due(29, nil, nil))).to eq(%w[early middle])
      expect(ids(store.due(30, ["ApprovalTask"], nil))).to eq(%w[middle late])
      expect(ids(store.due(30, %w[ApprovalTask PaymentTask], 2))).to eq(%w[early middle])
      expect(store.due(30, ["NeverStored"], nil)).to eq([])
      expect(store.due(30, [], nil)).to eq([])
      expect { store.due(30, nil, -1) }.to raise_error(RangeError, "a limit is 0 or more, not -1")
    end

    it "finds a task that has waited too long, though it is not to be woken" do
      store_task(store, uuid, life: waiting.dup.tap { |life| life[3] = nil })
      expect(store.due(86_400_000_000 - 1, nil, nil)).to eq([])
      expect(ids(store.due(86_400_000_000, nil, nil))).to eq([uuid])
    end

    it "gives a due task to one only", req: "B35" do
      store_task(store, uuid)
      expect(store.claim(uuid, -1)).to be_nil
      expect(store.claim(uuid, 0)).to eq(2)
      expect(store.claim(uuid, 0)).to be_nil
      expect(store.fetch(uuid)[3].values_at(0, 3)).to eq([0, nil])
      expect(store.claim("nobody", 0)).to be_nil
    end

    it "takes a sleeping task that is not due for one who knows its version" do
      store_task(store, uuid, life: plan.create(1_000, true))
      expect(store.take(uuid, 2, 5)).to be_nil
      expect(store.take(uuid, 1, 5)).to eq(2)
      expect(store.take(uuid, 2, 5)).to be_nil
    end

    it "makes a sleeper due by a signal, without a new version" do
      store_task(store, uuid, life: plan.create(1_000, true))
      expect(store.signal(uuid, 5)).to be(true)
      expect(store.fetch(uuid).values_at(1, 3)).to eq([1, plan.create(1_000, true).tap { |life| life[3] = 5 }])
      expect(store.signal("nobody", 5)).to be(false)
    end
  end

  describe "children", req: "O-18" do
    before do
      store_task(store, uuid, life: active)
      store_task(store, "a", parent_id: uuid)
      store_task(store, "b", parent_id: uuid, life: active)
      store_task(store, "c", parent_id: uuid, life: plan.complete(active, 1))
    end

    it "come in the order in which they were started, by status" do
      expect(ids(store.children(uuid, nil))).to eq(%w[a b c])
      expect(ids(store.children(uuid, [0, 10]))).to eq(%w[a b])
      expect(ids(store.children(uuid, []))).to eq([])
      expect([nil, [0, 10], [100], [-1], []].map { |statuses| store.count_children(uuid, statuses) }).to eq([3, 2, 1, 0, 0])
      expect { store.children(uuid, [1]) }.to raise_error(ArgumentError, /1 is no status/)
    end

    it "outlive their parent" do
      expect(store.delete(uuid)).to be(true)
      expect(store.fetch("a")[4]).to eq(uuid)
      expect(store.count_children(uuid, nil)).to eq(3)
    end
  end

  describe "deleting", req: "O-19" do
    it "deletes one task once" do
      store_task(store, uuid)
      expect([store.delete(uuid), store.delete(uuid), store.size]).to eq([true, false, 0])
    end

    it "deletes what has ended long enough, and counts it" do
      keep = native_plan(delete_after_us: nil)
      other = native_plan(class_name: "PaymentTask", delete_after_us: 10)
      soon = native_plan(delete_after_us: 10)
      store_task(store, "asleep")
      store_task(store, "kept", life: keep.complete(active, 5))
      store_task(store, "done", life: soon.complete(active, 5))
      store_task(store, "failed", life: soon.fail(active, 6))
      store_task(store, "paid", plan: other, life: other.complete(active, 5))
      expect(store.delete_old(14, nil)).to eq(0)
      expect(store.delete_old(15, ["ApprovalTask"])).to eq(1)
      expect(store.delete_old(16, nil)).to eq(2)
      expect(store.ids(nil)).to eq(%w[asleep kept])
    end
  end

  it "counts what it holds, and tells its memory" do
    3.times { |n| store_task(store, "w#{n}") }
    store_task(store, "a", life: active)
    expect(store.stats).to include(tasks: 4, waiting: 3, active: 1, completed: 0, failed: 0, classes: 1, bytes: Integer)
    require "objspace"
    expect(ObjectSpace.memsize_of(store)).to be >= store.stats[:bytes]
    expect(store.ids(["ApprovalTask"])).to eq(%w[w0 w1 w2 a])
  end

  describe "values", req: "B31" do
    def back(value)
      store.delete("x")
      store_task(store, "x", attributes: {"v" => value})
      store.fetch("x")[5].fetch("v")
    end

    it "come back as they were" do
      [nil, true, false, 0, 127, 128, -1, 2**62, -(2**62), 2**63 - 1, -(2**63), 2**64, -(2**70), 10**300, 0.1, -0.0, 1e308,
        5e-324, Float::INFINITY, -Float::INFINITY, "", "é" * 100, "😀", [], {}, [[], {}], {"a" => {"b" => [1, nil, "c"]}},
        "2026-11-21T10:02:03Z", "x" * 100_000, Array.new(300) { |n| n }, Array.new(40) { |n| ["k#{n}", n] }.to_h].each do |value|
        expect(back(value)).to eql(value)
      end
      expect(back(Float::NAN)).to be_nan
      expect(1 / back(-0.0)).to eq(-Float::INFINITY)
    end

    it "keep their bytes and their encoding" do
      texts = ["café".encode("Windows-1252"), "größe".encode("UTF-16LE"), "größe".encode("UTF-16"),
        "\xff\xfe".b, "\xff broken", "日本".encode("Shift_JIS"), "日本".encode("EUC-JP"), "plain".encode("US-ASCII"),
        "\0".b, "bin".b, ""]
      texts.each do |text|
        [text, text.dup.freeze].each do |given|
          expect(back(given)).to eq(given)
          expect([back(given).encoding, back(given).bytes]).to eq([given.encoding, given.bytes])
        end
        expect(back([text]).first.encoding).to eq(text.encoding)
        nested = back({text => 1}).keys.first
        expect([nested.encoding, nested.bytes]).to eq([text.encoding, text.bytes])
      end
    end

    it "are copies, going in and coming out", req: %w[O-21 B31] do
      list = ["a", {"k" => +"v"}]
      state = +"asked"
      store_task(store, "y", attributes: {"list" => list}, life: active.dup.tap { |life| life[1] = state })
      list.last["k"] << "!"
      state << "!"
      store.fetch("y")[5]["list"] << "more"
      store.fetch("y")[5]["list"].last["k"] << "more"
      store.fetch("y")[3][0] = 100
      store.fetch("y")[8].clear
      expect(store.fetch("y").values_at(3, 5, 8)).to eq([active, {"list" => ["a", {"k" => "v"}]}, ["asked", 0, 0, nil]])
    end

    it "may be nested 64 deep" do
      deep = ->(levels) { (1..levels).inject(1) { |inner, n| n.odd? ? [inner] : {"k" => inner} } }
      expect(back(deep.call(64))).to eq(deep.call(64))
      expect { back(deep.call(65)) }.to raise_error(ArgumentError, /nested deeper than 64 levels/)
      endless = []
      endless << endless
      expect { back(endless) }.to raise_error(ArgumentError, /nested deeper than 64 levels/)
    end

    it "that would not come back are refused, and nothing is stored" do
      stored = "a stored value is nil, true, false, an Integer, a Float, a String, an Array or a Hash of those, not "
      {:sym => "Symbol", 1r => "Rational", Time.at(0) => "Time", Object.new => "Object", 1..2 => "Range"}.each do |value, name|
        expect { back([value]) }.to raise_error(TypeError, stored + name)
      end
      expect { back({a: 1}) }.to raise_error(TypeError, "the keys of a stored Hash are Strings, not Symbol")
      expect { store_task(store, "z", attributes: []) }.to raise_error(TypeError, "attributes and models are a Hash, not Array")
      expect { store_task(store, "z", attributes: nil) }.to raise_error(TypeError)
      expect(store.size).to eq(0)
    end

    it "come from subclasses as what they are, and without what these add" do
      text = Class.new(String).new("text")
      hash = Class.new(Hash)[[["k", 1]]].tap { |given| given.default = 7 }
      expect(back(text)).to eq("text").and be_instance_of(String)
      expect(back(hash)).to eq("k" => 1).and be_instance_of(Hash)
      expect(back(hash)["other"]).to be_nil
    end
  end

  describe "what is no argument" do
    before { store_task(store, uuid) }

    it "is refused by class, never converted" do
      expect { store.claim(uuid, 1.9) }.to raise_error(TypeError, "expected an Integer (microseconds), got Float")
      expect { store.claim(nil, 1) }.to raise_error(TypeError, "expected a String, got NilClass")
      expect { store.fetch(Object.new) }.to raise_error(TypeError, "expected a String, got Object")
      expect { store.move(uuid, "1", plan, "done", 1, nil) }.to raise_error(TypeError, "expected an Integer (version), got String")
      expect { store.move(uuid, 1, store, "done", 1, nil) }
        .to raise_error(TypeError, "expected an ActiveDataFlow::Native::Plan, got ActiveDataFlow::Native::TaskStore")
      expect { store.move(uuid, 1, nil, "done", 1, nil) }.to raise_error(TypeError, /got NilClass/)
      expect { store.move(uuid, 1, plan, :done, 1, nil) }.to raise_error(TypeError, "expected a String, got Symbol")
      expect { store.due(1, "ApprovalTask", nil) }.to raise_error(TypeError, "expected an Array, got String")
      expect { store.signal(uuid, 2**70) }.to raise_error(RangeError)
      expect(store.fetch(uuid)[1]).to eq(1)
    end

    it "is refused in a trail, a failure, a child" do
      put = ->(**given) { write_task(store, uuid, active, **given) }
      expect { put.call(trail: ["asked", 1]) }.to raise_error(ArgumentError, /four entries a step, and 2/)
      expect { put.call(trail: ["asked", 1, 9, nil]) }.to raise_error(ArgumentError, "9 is no outcome of a step; there are 0 to 5")
      expect { put.call(trail: ["asked", nil, 0, nil]) }.to raise_error(TypeError)
      expect { put.call(failure: ["KeyError"]) }.to raise_error(ArgumentError, /a failure .* has 3 entries, not 1/)
      expect { put.call(failure: true) }.to raise_error(TypeError)
      expect { put.call(children: [["id"]]) }.to raise_error(ArgumentError, /a child .* has 9 entries, not 1/)
      expect(store.fetch(uuid)[1]).to eq(1)
    end
  end
end

RSpec.describe ActiveDataFlow::Native do
  describe ".parse_time and .format_time", req: "B34" do
    it "read and write moments" do
      expect(described_class.format_time(1_795_255_323_123_456)).to eq("2026-11-21T10:02:03.123456Z")
      expect(described_class.parse_time("2026-11-21T11:02:03.123456+01:00")).to eq(1_795_255_323_123_456)
      expect(described_class.parse_time("1969-12-31 23:59:59")).to eq(-1_000_000)
      [-(2**63), 2**63 - 1, -62_200_000_000_000_000, 300_000_000_000_000_000].each do |at_us|
        expect(described_class.parse_time(described_class.format_time(at_us))).to eq(at_us)
      end
    end

    it "agree with Ruby" do
      [Time.utc(1, 1, 1), Time.utc(1582, 10, 10), Time.utc(1900, 3, 1), Time.utc(2000, 2, 29, 23, 59, 59.5), Time.utc(9999)].each do |time|
        at_us = time.to_i * 1_000_000 + time.usec
        expect(described_class.format_time(at_us)).to eq(time.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"))
        expect(described_class.database_time(at_us)).to eq(time.strftime(time.usec.zero? ? "%F %T" : "%F %T.%6N"))
        expect(described_class.parse_time(time.getlocal("+05:30").strftime("%Y-%m-%dT%H:%M:%S.%6N%:z"))).to eq(at_us)
      end
    end

    it "say what they cannot read" do
      expect { described_class.parse_time("soon") }.to raise_error(ArgumentError,
        'cannot read "soon" as a time; write it as in 2026-11-21T10:02:03.123456Z')
      expect { described_class.parse_time("\xff") }.to raise_error(ArgumentError)
      expect { described_class.parse_time("999999-01-01") }.to raise_error(RangeError)
      expect { described_class.parse_time(nil) }.to raise_error(TypeError)
      expect { described_class.format_time(1.5) }.to raise_error(TypeError)
    end
  end
end
