# frozen_string_literal: true

require "spec_helper"
require "support/native"

# A batch while Ruby does what it does: collects, moves objects, switches threads.
RSpec.describe "A batch of rows, whatever Ruby does meanwhile" do
  include NativeSupport

  # In a process of its own: the collector goes through all that is alive, and here that would be the whole suite.
  def quiet_process(script)
    run_ruby(<<~RUBY)
      require "active_data_flow"
      require "bigdecimal"
      require "date"
      def use_every_method
        columns = [["a", "bigint"], ["text", "text"], ["d", "numeric"], ["json", "json"], ["day", "date"], ["at", "timestamp"]]
        batch = ActiveDataFlow::Native::Batch.new(columns.map(&:first))
        3.times do |n|
          batch.push_row([n, "text \#{n}" * 9, BigDecimal("1.\#{n}"), {"k" => [n]}, Date.new(2026, 1, 1 + n), Time.at(n)])
          batch.push_hash({"a" => 2**70, :text => "x".encode("UTF-16LE"), "d" => n, "json" => [n], "day" => nil, "at" => Time.at(-n)})
        end
        batch.set(1, :text, "changed")
        batch.set_values(:new, batch.values(:d))
        batch.rename(:new, "copy").filter(0)
        bytes = batch.copy_text(columns.drop(1), 0, 9)
        back = ActiveDataFlow::Native::Batch.new(columns.drop(1).map(&:first))
        ActiveDataFlow::Native::CopyReader.text(columns.drop(1).map(&:last)).feed(bytes, back)
        [batch.hashes(0, 9), batch.source_hash(0), batch.row_hashes(%i[a text d]), batch.outputs, batch.fit("sqlite", columns),
          back.hashes(0, 9), batch.values_sql("mysql", columns.drop(1), 0, 9), batch.position_by([:a, :day]).position(1)]
      end
      expected = use_every_method
      #{script}
    RUBY
  end

  it "is the same while the collector runs at every allocation", req: "O-22" do
    expect(quiet_process(<<~RUBY)).to eq("[true, true]")
      GC.stress = true
      seen = 2.times.map { use_every_method }
      GC.stress = false
      print seen.map { |one| one == expected }.inspect
    RUBY
  end

  it "is the same after objects were moved" do
    skip "this Ruby cannot move objects" unless GC.respond_to?(:compact)
    expect(quiet_process(<<~RUBY)).to eq("[true]")
      kept = ActiveDataFlow::Native::Batch.new(%w[a b])
      kept.push_row(["one", BigDecimal("1.5")])
      before = [kept.to_hash(0), kept.outputs]
      verify = GC.respond_to?(:verify_compaction_references)
      2.times { verify ? GC.verify_compaction_references(toward: :empty, expand_heap: true) : GC.compact }
      GC.auto_compact = true
      print [[kept.to_hash(0), kept.outputs] == before, *200.times.map { use_every_method == expected }].uniq.inspect
    RUBY
  end

  it "gives back the memory of batches that nobody has any more" do
    count = quiet_process(<<~RUBY)
      200.times { ActiveDataFlow::Native::Batch.new(%w[a]).push_row(["x" * 1_000]) }
      GC.start
      print ObjectSpace.each_object(ActiveDataFlow::Native::Batch).count
    RUBY
    expect(count.to_i).to be < 100
  end

  it "says so when two threads put rows into one batch at once" do
    batch = ActiveDataFlow::Native::Batch.new(%w[a b])
    slow = Class.new { def to_time = Thread.pass || Time.at(5) }.new
    intruding = Class.new { define_method(:to_time) { batch.push_row([1, 2]) } }.new
    expect { batch.push_row([1, intruding]) }.to raise_error(ActiveDataFlow::Error, /another row is being put into this batch/)
    expect(batch.push_row([1, slow])).to eq(0)
    expect(batch.hashes(0, 9)).to eq([{"a" => 1, "b" => Time.at(5)}])
  end

  it "is as it was when a value raises, however far the row had come" do
    batch = ActiveDataFlow::Native::Batch.new(%w[a b])
    wrong = Class.new { def to_time = raise("no time") }.new
    expect { batch.push_row([1, wrong]) }.to raise_error("no time")
    expect { batch.push_hash({"a" => 1, "new" => wrong}) }.to raise_error("no time")
    expect { catch(:out) { batch.push_row([1, Class.new { def to_time = throw(:out) }.new]) } }.not_to raise_error
    expect([batch.size, batch.push_row([1, 2]), batch.source_names]).to eq([0, 0, %w[a b]])
  end
end
