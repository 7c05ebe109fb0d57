# frozen_string_literal: true

require "spec_helper"
require "support/native"
require "timeout"

# What Ruby does while it runs anything: collect, move objects, switch threads, fork, interrupt.
RSpec.describe "The bridge between Ruby and Rust" do
  include NativeSupport

  let(:store) { ActiveDataFlow::Native::TaskStore.new }
  let(:plan) { native_plan }

  around { |example| Eventually.ends(example) }

  # In a process of its own: the collector goes through all that is alive, and here that would be the whole suite.
  def quiet_process(script)
    run_ruby(<<~RUBY)
      require "support/native"
      include NativeSupport
      store = ActiveDataFlow::Native::TaskStore.new
      plan = native_plan
      attributes = native_attributes
      expected = use_every_method(store, plan, "first", attributes)
      #{script}
    RUBY
  end

  it "is the same while the collector runs at every allocation", req: "O-22" do
    expect(quiet_process(<<~RUBY)).to eq("[true, true]")
      GC.stress = true
      seen = 2.times.map { use_every_method(store, native_plan, "first", attributes.dup) }
      GC.stress = false
      print seen.map { |one| one == expected }.inspect
    RUBY
  end

  it "is the same after objects were moved" do
    skip "this Ruby cannot move objects" unless GC.respond_to?(:compact)
    expect(quiet_process(<<~RUBY)).to eq("[[true], true, [true]]")
      20.times { |n| store_task(store, "kept \#{n}", attributes:) }
      verify = GC.respond_to?(:verify_compaction_references)
      2.times { verify ? GC.verify_compaction_references(toward: :empty, expand_heap: true) : GC.compact }
      kept = 20.times.map { |n| store.fetch("kept \#{n}")[5] == attributes }.uniq
      20.times { |n| store.delete("kept \#{n}") }
      once = use_every_method(store, plan, "first", attributes) == expected
      GC.auto_compact = true
      print [kept, once, 300.times.map { use_every_method(store, plan, "first", attributes) == expected }.uniq].inspect
    RUBY
  end

  it "holds no Ruby object: what was stored is collected, and so is a store" do
    kept, stores, size = quiet_process(<<~RUBY).split.map(&:to_i)
      def fill(store, kept)
        200.times do |n|
          text = "note number \#{n}" * 10
          kept[text] = n
          store_task(store, "task \#{n}", attributes: {"text" => text})
        end
      end
      fill(store, kept = ObjectSpace::WeakMap.new)
      200.times { store_task(ActiveDataFlow::Native::TaskStore.new, "a", attributes:) }
      GC.start
      print [kept.keys.size, ObjectSpace.each_object(ActiveDataFlow::Native::TaskStore).count, store.size].join(" ")
    RUBY
    expect(kept).to be < 100
    expect(stores).to be < 100
    expect(size).to eq(200)
  end

  it "gives each due task to one of many threads", req: %w[O-06 O-20 O-22 O-88 B35] do
    1_000.times { |n| store_task(store, "task #{n}") }
    claimed = Array.new(8) do
      Thread.new do
        (0...1_000).to_a.shuffle.select do |n|
          Thread.pass if n % 50 == 0
          store.claim("task #{n}", 5)
        end
      end
    end.flat_map(&:value)
    expect(claimed.sort).to eq((0...1_000).to_a)
  end

  it "loses no write of many threads", req: %w[O-06 O-88] do
    8.times { |n| store_task(store, "task #{n}", life: plan.create(0, false), attributes: {"n" => 0}) }
    threads = Array.new(8) do
      Thread.new do
        200.times do |turn|
          id = "task #{turn % 8}"
          loop do
            _, version, _, life, _, attributes = store.fetch(id)
            break if store.put(id, version, plan, life, {"n" => attributes["n"] + 1}, nil, nil, nil, nil, nil, nil)
          end
        end
      end
    end
    threads.each(&:join)
    expect(8.times.sum { |n| store.fetch("task #{n}")[5]["n"] }).to eq(1_600)
  end

  it "lets a long answer be interrupted, and stays whole" do
    20_000.times { |n| store_task(store, "task #{n}") }
    thread = Thread.new { loop { store.due(5, nil, nil) } }
    sleep 0.05
    thread.kill
    expect(thread.join(30)).to eq(thread)
    expect { Timeout.timeout(0.01) { loop { store.due(5, nil, nil) } } }.to raise_error(Timeout::Error)
    expect(store.size).to eq(20_000)
    expect(store.claim("task 7", 5)).to eq(2)
  end

  it "holds no lock while Ruby runs: a method called inside an argument's own error comes through", req: "O-21" do
    store_task(store, "a")
    odd = Object.new
    odd.define_singleton_method(:to_str) { raise "never asked" }
    expect { store.fetch(odd) }.to raise_error(TypeError)
    expect { store.put("a", nil, plan, plan.create(0, true), {"v" => odd}, nil, nil, nil, nil, nil, nil) }.to raise_error(TypeError)
    expect(Thread.new { store.fetch("a") }.value.first).to eq("a")
  end

  it "works on both sides of a fork, each with its own tasks", req: "O-22" do
    skip "no fork here" unless Process.respond_to?(:fork)
    output = run_ruby(<<~RUBY)
      require "support/native"
      include NativeSupport
      store = ActiveDataFlow::Native::TaskStore.new
      plan = native_plan
      50.times { |n| store_task(store, "task \#{n}", plan:, attributes: {"n" => n}) }
      busy = Thread.new { loop { store.due(5, nil, nil); native_plan(class_name: "Class\#{rand(1000)}") } }
      children = 3.times.map do |number|
        reader, writer = IO.pipe
        pid = fork do
          reader.close
          GC.start
          GC.compact if GC.respond_to?(:compact)
          store_task(store, "of child \#{number}", plan: native_plan(class_name: "Child\#{number}"), attributes: {"new" => number})
          claimed = 50.times.count { |n| store.claim("task \#{n}", 5) }
          writer.write [claimed, store.size, store.fetch("of child \#{number}").values_at(2, 5)].inspect
          writer.close
          exit!(0)
        end
        writer.close
        [pid, reader]
      end
      seen = children.map { |pid, reader| [reader.read, Process.wait2(pid).last.success?] }
      busy.kill.join
      print seen.inspect, " ", store.size, " ", 50.times.count { |n| store.claim("task \#{n}", 5) }
    RUBY
    children = 3.times.map { |n| ["[50, 51, [\"Child#{n}\", {\"new\"=>#{n}}]]", true] }
    expect(output).to eq("#{children.inspect} 50 50")
  end

  it "is left alone by other Ractors: a store belongs to the main one" do
    script = <<~RUBY
      require "support/native"
      print Ractor.new { ActiveDataFlow::Native::TaskStore.new rescue $!.class.name }.take
      print Ractor.shareable?(ActiveDataFlow::Native::TaskStore.new.freeze)
    RUBY
    expect(run_ruby(script)).to eq("Ractor::UnsafeErrorfalse")
  end

  it "never ends the process by what it is given" do
    values = [nil, true, 0, -1, 2**70, 1.5, "", "x", "\xff", :sym, [], [1], [[]], {}, {"a" => 1}, Object.new, plan, store,
      [0, "asked", 0, nil, nil, nil, nil, nil, 0, 0, 0, 0], 1..2, Float::NAN]
    random = Random.new(7)
    pick = -> { values[random.rand(values.size)] }
    methods = {insert: 9, move: 6, run: 4, put: 11, fetch: 1, due: 3, claim: 2, take: 3, signal: 2, children: 2, count_children: 2,
               delete: 1, delete_old: 2, ids: 1}
    refusals = [ArgumentError, TypeError, RangeError, Operations::Error]
    10_000.times do
      name, count = methods.to_a[random.rand(methods.size)]
      store.public_send(name, *Array.new(count) { pick.call })
    rescue *refusals
      next
    end
    store_task(store, "x", life: plan.create(0, false)) unless store.fetch("x")
    run = store.run("x", store.fetch("x")[1], plan, false)
    3_000.times do
      name, count = {move: 3, finish: 2, take_passed: 0}.to_a[random.rand(3)]
      run.public_send(name, *Array.new(count) { pick.call })
    rescue *refusals
      next
    end
    3_000.times do
      ActiveDataFlow::Native::Plan.new(*Array.new(5) { pick.call })
    rescue *refusals
      next
    end
    expect(store.stats[:tasks]).to eq(store.size)
  end
end
