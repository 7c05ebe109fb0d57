# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connectors::SourceEnd do
  # @return [Object] a source that answers each fetch with what the block gives
  def fetching(position = nil, &block)
    Class.new(ActiveDataFlow::Connector::Source) do
      define_method(:fetch) { |after:, limit:| instance_exec(after, limit, &block) }
      define_method(:position_of, &position) if position
    end.new
  end

  def reader(source, after: nil) = described_class.new(source).reader(after:)

  def decoded(text) = ActiveDataFlow::Native.decode_position(text)

  it "asks for as many rows as fit, behind the position of the last", req: "A-29" do
    calls = []
    rows = (1..5).map { |id| {id: id * 10} }
    source = fetching { |after, limit| calls.push([after, limit]) && rows.select { |row| row[:id] > (after || 0) }.first(limit) }
    one = reader(source)
    pages = [one.next(2), one.next(3), one.next(2)]
    expect(pages.first(2).map { |page| page.batch.values("id") }).to eq([[10, 20], [30, 40, 50]])
    expect(pages.last).to be_nil
    expect(calls).to eq([[nil, 2], [20, 3], [50, 2]])
  end

  it "stands at the id of the last record", req: "A-30" do
    page = reader(fetching { |after, _limit| after ? [] : [{id: 3}, {id: 8}] }).next(10)
    expect(page.upto).to eq("int:8")
    expect(page.positions.call(0)).to eq("int:3")
    expect(page.last).to be(false)
  end

  it "takes more rows than it asked for, a batch at a time" do
    one = reader(fetching { |after, _limit| after ? [] : (1..5).map { |id| {id:} } })
    expect(Array.new(4) { one.next(2)&.then { |page| [page.batch.size, page.upto] } }).to eq([[2, "int:2"], [2, "int:4"], [1, "int:5"], nil])
  end

  it "stands in a page at the cursor that brought it, and the number of the row" do
    source = fetching { |after, _limit| self.class::Page.new([{a: 1}, {a: 2}], cursor: after ? nil : "c") }
    one = reader(source)
    pages = Array.new(4) { one.next(1) }
    expect(pages.map { |page| decoded(page.upto) }).to eq([[nil, 1], ["c", 0], ["c", 1], ["c", 2]])
    expect(pages.map(&:last)).to eq([false, false, false, true])
    expect(one.next(1)).to be_nil
  end

  it "gets on in pages without rows, one at a time" do
    source = fetching { |after, _limit| self.class::Page.new((after == 3) ? [{a: 7}] : [], cursor: (after.to_i + 1 if after != 4)) }
    one = reader(source)
    pages = Array.new(5) { one.next(10) }
    expect(pages.map { |page| page && [page.batch.size, decoded(page.upto), page.last] })
      .to eq([[0, [1, 0], false], [0, [2, 0], false], [0, [3, 0], false], [1, [4, 0], false], nil])
    expect(reader(source, after: [3, 0]).next(10).batch.values("a")).to eq([7])
  end

  it "takes the rows that came before an `each` asked to be left alone, and says so then" do
    waiting = ActiveDataFlow::Throttled.new(wait: 7)
    source = Class.new(ActiveDataFlow::Connector::Source) do
      define_method(:each) { |start_id: nil, batch_size: nil, &block| start_id ? raise(waiting) : [1, 2].each { |id| block.call({id:}) } && raise(waiting) }
    end.new
    one = reader(source)
    expect(one.next(10)).to have_attributes(upto: "int:2", last: false)
    expect { one.next(10) }.to raise_error(waiting)
    expect { reader(source, after: 2).next(10) }.to raise_error(waiting)
  end

  it "goes on in the middle of a page by bringing it again" do
    calls = []
    source = fetching { |after, _limit| calls.push(after) && self.class::Page.new([{a: 1}, {a: 2}, {a: 3}], cursor: (after == "c") ? nil : "c") }
    page = reader(source, after: ["c", 2]).next(10)
    expect([page.batch.values("a"), calls, decoded(page.upto), page.last]).to eq([[3], ["c"], ["c", 3], true])
  end

  it "refuses to go on in a page that is another one now: nobody could say which rows have passed" do
    source = fetching { |_after, limit| self.class::Page.new(Array.new(limit) { |row| {a: row} }, cursor: "d") }
    expect(reader(source, after: ["c", 2]).next(2)).to have_attributes(upto: ActiveDataFlow::Connectors::Place.text_in_page("d", 0))
    expect { reader(source, after: ["c", 2]).next(1) }.to raise_error(ActiveDataFlow::SourceChanged,
      /fetch\(after: "c"\) brought 1 rows, of which 2 have passed already; .* Ask for pages of one size, whatever limit: is/)
  end

  it "knows an Array of columns from a place in a page" do
    source = fetching(->(row) { [row[:shop], row[:id]] }) { |after, _limit| after ? [] : [{shop: "a", id: 7}] }
    stored = decoded(reader(source).next(1).upto)
    asked = nil
    reader(fetching { |after, _limit| (asked = after) && [] }, after: stored).next(1)
    expect(asked).to eq(["a", 7])
  end

  it "lets through what a source raises, as it is" do
    [ActiveDataFlow::Throttled.new(wait: 7), ActiveDataFlow::CursorExpired.new("gone"), IOError.new("no")].each do |error|
      expect { reader(fetching { |_after, _limit| raise error }).next(1) }.to raise_error(error)
    end
  end

  it "refuses to go in circles" do
    same = fetching { |_after, _limit| [{id: 5}] }
    one = reader(same).tap { |begun| begun.next(1) }
    expect { one.next(1) }.to raise_error(ActiveDataFlow::Error, /fetch\(after: 5\) ended at 5 again; it has to give the rows behind it/)
    page = fetching { |_after, _limit| self.class::Page.new([], cursor: "c") }
    one = reader(page).tap { |begun| begun.next(1) }
    expect { one.next(1) }.to raise_error(ActiveDataFlow::Error, /ended at "c" again/)
  end

  it "says what a source has to return" do
    expect { reader(fetching { |_after, _limit| nil }).next(1) }.to raise_error(TypeError, /#fetch returned nil; it returns an Array of rows, empty at the end, or a Page/)
    expect { reader(fetching { |_after, _limit| {id: 1} }).next(1) }.to raise_error(TypeError, /returned a Hash/)
    expect { reader(fetching { |_after, _limit| [{name: "x"}] }).next(1).upto }.to raise_error(ArgumentError, /position_of gave nil for .*Write: def position_of/)
    expect { reader(fetching { |after, _limit| after ? [] : [7] }).next(1) }.to raise_error(StandardError)
    expect { ActiveDataFlow::Connector::Source::Page.new(nil, cursor: 1) }.to raise_error(ArgumentError, /takes an Array of rows/)
  end

  it "takes rows with different columns, as Hashes and messages" do
    rows = [{id: 1, a: 2}, {"id" => 2, "b" => 3}, ActiveDataFlow::Message::Untyped.new({id: 3, c: 4})]
    reader = reader(fetching { |after, _limit| after ? [] : rows })
    pages = Array.new(3) { reader.next(10) }
    expect(pages.map { |page| [page.batch.hashes(0, page.batch.size - 1), page.lacking, page.upto] })
      .to eq([[[{"id" => 1, "a" => 2, "b" => nil, "c" => nil}], %w[b c], "int:1"], [[{"id" => 2, "a" => nil, "b" => 3, "c" => nil}], %w[a c], "int:2"],
        [[{"id" => 3, "a" => nil, "b" => nil, "c" => 4}], %w[a b], "int:3"]])
  end

  it "closes the source" do
    closed = 0
    source = fetching { |_after, _limit| [] }
    source.define_singleton_method(:close) { closed += 1 }
    reader(source).close
    expect(closed).to eq(1)
  end

  it "asks each for the rows behind a place only where it can be told one" do
    counting = Class.new(ActiveDataFlow::Connector::Source) { def each = 3.times { |number| yield({number:}) } }.new
    page = reader(counting, after: 1).next(5)
    expect([page.batch.values("number"), page.upto, page.last]).to eq([[1, 2], "int:3", true])
    expect(reader(counting, after: 9).next(5)).to be_nil
  end

  it "refuses what a source line can only say of tables" do
    line = Data.define(:scope, :cursor, :order, :connection, :role, :shard)
    usual = {scope: nil, cursor: nil, order: [:asc], connection: nil, role: nil, shard: nil}
    source = fetching { |_after, _limit| [] }
    expect { described_class.new(source, line.new(**usual)) }.not_to raise_error
    expect { described_class.new(source, line.new(**usual, cursor: ["id"])) }
      .to raise_error(ActiveDataFlow::ConfigurationError, /cursor: is for tables; a connector takes its options in its constructor/)
  end

  it "tells the engine that it knows neither columns nor types nor a database" do
    ends = described_class.new(fetching { |_after, _limit| [] })
    expect(ends).to have_attributes(columns: nil, cursor: [], types: {}, casts: {}, pool: nil)
  end
end
