# frozen_string_literal: true

RSpec.describe "A flow's source and sink" do
  before { ActiveDataFlow::RunStore.reset! }

  it "are given by name or by a block, and not by both or neither", req: "E-26" do
    expect(refused { source }).to eq("OrderExportFlow: source takes a name or a block, not nothing. Write source :orders, or source { ... }.")
    expect(refused { source(:orders) { [] } }).to eq("OrderExportFlow: source takes a name or a block, not both. Write source :orders, or source { ... }.")
    expect(refused { sink }).to include("sink takes a name or a block, not nothing")
  end

  it "are refused where they can be neither read nor written" do
    expect(refused { source 7 }).to eq("OrderExportFlow: source takes a table or model name, a model class, a connector or an Enumerable of Hashes, not 7.")
    expect(refused { sink 7 }).to eq("OrderExportFlow: sink takes a table or model name, a model class, a connector or something to call with each row, not 7.")
  end

  it "refuse a relation, which was read while the class loads" do
    relation = Class.new {
      def to_sql = "SELECT"

      def klass = Class.new { def self.name = "Order" }
    }.new
    expect(refused { source relation }).to eq("a relation is read while the class loads and goes stale on reload. Write: source { Order... }")
  end

  it "take columns by name" do
    expect(refused { source :orders, cursor: 7 }).to eq("OrderExportFlow: source cursor: takes a column or an Array of columns, not 7.")
    expect(refused { sink :exports, key: [:a, nil] }).to eq("OrderExportFlow: sink key: takes a column or an Array of columns, not [:a, nil].")
    expect(refused { sink :exports, key: [] }).to include("sink key: takes a column or an Array of columns, not []")
  end

  it "take an order for all columns of the cursor, or one for each" do
    expect(refused { source :orders, order: :up }).to eq("OrderExportFlow: order: is :asc or :desc, not :up.")
    expect(refused { source :orders, cursor: [:a, :b], order: [:asc, :desc, :asc] }).to eq(
      "OrderExportFlow: order: has 3 directions for 2 cursor columns. Give one for all, or one for each in cursor:."
    )
    expect(refused { source :orders, cursor: :a, order: %i[asc desc] }).to include("order: has 2 directions for 1 cursor column. Give one for all")
    expect { flow { source :orders, cursor: [:a, :b], order: [:asc, :desc] } }.not_to raise_error
  end

  it "know the modes" do
    expect(refused { sink :exports, mode: :upsrt }).to match(/\AOrderExportFlow: there is no mode :upsrt; there are :insert, .*:delete\. Did you mean :?upsert\?/)
    expect(refused { mode :replace }).to include("there is no mode :replace")
  end

  it "have a mirror only of everything, whichever is said first" do
    sentence = "mode :mirror deletes what a complete read has not seen; read :new is never complete. Use read :all, or mode :upsert."
    expect(refused {
      sink :exports, mode: :mirror
      read :new
    }).to eq(sentence)
    expect(refused {
      read :new
      sink :exports, mode: :mirror
    }).to eq(sentence)
    expect(refused {
      read :changed
      sink :exports
      mode :mirror
    }).to eq(sentence.sub(":new", ":changed"))
  end

  it "bound what a mirror deletes by a number, a share or nothing" do
    [0, 500, 0.2, nil].each { |bound| expect { flow { sink :exports, max_deletes: bound } }.not_to raise_error }
    expect(refused { sink :exports, max_deletes: 1.5 }).to eq(
      "OrderExportFlow: max_deletes: is a number of rows (500), a share of the rows read (0.2) or nil for no bound, not 1.5."
    )
  end

  it "say mode at each sink where there are several" do
    klass = flow do
      source [{id: 1}]
      mode :insert
      sink { |row| row }
      sink { |row| row }
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, "OrderExportFlow says mode :insert and has 2 sinks. Write mode: at each sink.")
  end

  it "call a source's block at each start, with the flow as self" do
    spec = self
    klass = flow do
      has_attribute :count, :integer
      source { Array.new(count) { |index| {id: index} } }
      sink { |row| spec.written << [count, row] }
    end
    klass.run_now(count: 2)
    klass.run_now(count: 1)
    expect(written).to eq([[2, {id: 0}], [2, {id: 1}], [1, {id: 0}]])
  end

  it "say what a block gave that is nothing to read" do
    klass = flow do
      source { 7 }
      sink { |row| row }
    end
    expect { klass.run_now }.to raise_error(ArgumentError, /\AOrderExportFlow: the source's block gave 7; it may give a relation, a model, a table's name, a connector or an Enumerable of Hashes\./)
  end

  it "take a sink that is something to call" do
    spec = self
    flow do
      source [{id: 1, name: "Ada"}]
      sink ->(row) { spec.written << row }
    end.run_now
    expect(written).to eq([{id: 1, name: "Ada"}])
  end

  it "come before the first use" do
    klass = running
    klass.run_now
    expect { klass.source :orders }.to raise_error(ActiveDataFlow::ConfigurationError,
      "OrderExportFlow has run already, so source comes too late: declare the whole flow in its class body, before its first use")
  end
end
