# frozen_string_literal: true

RSpec.describe "[mistakes]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      next if connection.table_exists?(:order_exports)

      connection.create_table(:order_exports) do |table|
        table.integer :shop_id
        table.string :number
        table.string :customer_name
        table.integer :total
        table.index %i[shop_id number], unique: true
      end
      connection.create_table(:stated) { |table| table.string(:state, null: false) && table.string(:name) }
      connection.create_table(:sums) { |table| table.integer(:net) && table.virtual(:twice, type: :integer, as: "net * 2", stored: true) } if FlowDatabase.generates?
      connection.create_table(:bare, id: false) { |table| table.string :name }
      connection.create_view(:nothing, "SELECT 1") if connection.respond_to?(:create_view)
    end
  end

  def message(error = ActiveDataFlow::Error)
    raised = raised { yield }
    expect(raised).to be_a(error)
    raised.message
  end

  def rejected(error = ActiveDataFlow::ConfigurationError, name = "OrderExportFlow", &body)
    klass = flow(name, &body)
    texts = [message(error) { klass.run_now }, message(error) { klass.plan }]
    expect(texts.uniq.size).to eq(1)
    texts.first
  end

  it "says that moments are UTC here, where ActiveRecord has been told to keep them in local time" do
    ActiveRecord.default_timezone = :local
    expect(rejected { [source(:orders), sink(:exports)] }).to eq("ActiveRecord.default_timezone is :local, and active_data_flow keeps and reads moments without " \
      "a zone in UTC, as ActiveRecord does by default. Write config.active_record.default_timezone = :utc, and convert what is stored")
  ensure
    ActiveRecord.default_timezone = :utc
  end

  it "names the keys that are unique where the given one is not" do
    expect(rejected do
      source :orders
      keep :id, :number
      sink :order_exports, key: [:number]
    end).to eq("OrderExportFlow writes order_exports by [:number], which is not unique there. Unique are [:id], [:shop_id, :number]. " \
      "Use one, or add_index :order_exports, :number, unique: true.")
  end

  it "names the columns that there are where a source has none of them, and the separator that its file seems to have" do
    file = File.join(FlowDatabase.folder, "semicolons.csv")
    File.write(file, "id;number\n1;a\n")
    mismatch = ->(**options, &steps) do
      rejected(ActiveDataFlow::ColumnMismatch) do
        source { ActiveDataFlow::CSVSource.new(file, **options) }
        class_eval(&steps) if steps
        sink :order_exports, mode: :insert
      end
    end
    there = "It has :id, :shop_id, :number, :customer_name, :total."
    expect(mismatch.call).to eq("order_exports has no column id;number (from semicolons.csv). #{there} Write: col_sep: \";\"")
    expect(mismatch.call(col_sep: ";", headers: %w[nr no])).to eq("order_exports has no columns nr, no (from semicolons.csv). #{there} Write: rename \"nr\" => ...")
  end

  it "names what a query does not select, by which it would be read" do
    orders(1)
    expect(rejected do
      source { Order.select(:number) }
      sink { |row| row }
    end).to eq("OrderExportFlow: orders gives rows without id, by which it is read; they have :number. Select it as well, or write: " \
      "source(cursor: [...]) { ... } with columns that are unique together")
  end

  it "takes columns, and no records that are loaded beside them" do
    stub_const("Order", Class.new(ActiveRecord::Base) {
      self.table_name = "orders"
      belongs_to :twin, class_name: "Order", foreign_key: :net, optional: true
    })
    expect(rejected do
      source { Order.eager_load(:twin) }
      sink :exports
    end).to eq("OrderExportFlow: source Order loads other records beside its rows (eager_load, or includes with references), and a flow takes columns. " \
      "Write: left_outer_joins(...) with .select(...) of the columns that are wanted, or a lookup")
  end

  it "takes each column of a query by a name of its own" do
    expect(rejected { [source { Order.joins("JOIN orders twins ON twins.id = orders.id").select("orders.id, orders.name, twins.name, twins.id") }, sink(:exports)] })
      .to eq("OrderExportFlow: source Order brings several columns called id, name. Write a name for each: .select(\"orders.*, customers.id AS customer_id\")")
    twins = flow { [source { Order.joins("JOIN orders twins ON twins.id = orders.id").select("orders.id, orders.number, twins.name AS twin_name") }, keep(:id, :number), sink(:exports)] }
    expect(twins.run_now).to be_success
  end

  it "takes a connector that was made, and not its class" do
    expect(message(ArgumentError) { flow { source(ActiveDataFlow::CSVSource) && sink(:exports) }.plan }).to eq("OrderExportFlow: source ActiveDataFlow::Connector::Source::CSV: " \
      "that is the class of a connector. Write: ActiveDataFlow::Connector::Source::CSV.new, with its options")
    expect(message(ArgumentError) { flow { source(:orders) && sink { ActiveDataFlow::JSONLSink } }.plan }).to match(/: that is the class of a connector\. Write: .*JSONL\.new/)
  end

  it "says of a bound for deletes where nothing is deleted that it says nothing" do
    expect(rejected do
      source :orders
      sink :exports, max_deletes: 0.1
    end).to eq("OrderExportFlow writes exports in mode :upsert, which deletes nothing, so max_deletes: 0.1 says nothing. Write: mode: :mirror, or leave it out")
    expect(message(ArgumentError) { flow { sink :exports, mode: :mirror, max_deletes: Float::NAN } }).to match(/\AOrderExportFlow: max_deletes: is a number of rows .*, not NaN\.\z/)
  end

  it "names the columns that there are, where the key is none" do
    expect(rejected do
      source :orders
      sink :exports, key: :nummber
    end).to match(/\AOrderExportFlow writes exports by :nummber, which is no column there; it has :id, :number.*\. Did you mean :number\?\z/)
  end

  it "names the keys that are unique where the given one has more columns" do
    expect(rejected do
      source :orders
      sink :exports, key: %i[id number]
    end).to eq("OrderExportFlow writes exports by [:id, :number], and no unique index there is on just these. Unique are [:id], [:number]. " \
      "Use one, or add_index :exports, [:id, :number], unique: true.")
  end

  it "says which columns to keep where the sink lacks some, before the first row" do
    orders(1)
    expect(rejected(ActiveDataFlow::ColumnMismatch) do
      source :orders
      rename name: :customer_name
      set customer_id: 7, total: 1
      drop :state, :created_at, :updated_at, :number
      sink :order_exports
    end).to eq("order_exports has no columns net, customer_id (from orders). Write: keep :id, :customer_name, :total")
    expect(runs).to eq([])
  end

  it "drops what Hash rows have and the sink lacks, and names it once" do
    run = flow do
      source [{id: 1, customer_name: "Ada", shoe: 43}, {id: 2, customer_name: "Bob", shoe: 44}]
      sink :order_exports
    end.run_now
    expect(counted(run)).to eq(read: 2, new: 2)
    expect(log.string.scan("shoe").size).to eq(1)
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM order_exports") }
  end

  describe "a column that the database generates", if: FlowDatabase.generates? do
    before { ActiveRecord::Base.connection_pool.with_connection { |connection| ["DELETE FROM sums", "INSERT INTO sums (id, net) VALUES (1, 5), (2, 6)"].each { |sql| connection.execute(sql) } } }

    it "is refused in the sink before the first row, with the columns to keep" do
      expect(rejected(ActiveDataFlow::ColumnMismatch) do
        source(cursor: :id) { Order.select(:id, :net, "net AS twice", :name) }
        sink :sums
      end).to eq("sums has no column name, and generates twice itself (from orders). Write: keep :id, :net")
      [false, true].each do |callbacks|
        expect(rejected(ActiveDataFlow::ColumnMismatch) do
          source :sums, scope: -> { where(id: 1) }
          set net: 1, twice: 2
          sink :sums, callbacks:
        end).to eq("sums generates twice itself (from sums). Write: keep :id, :net")
      end
    end

    it "is refused where a block brings it" do
      orders(1)
      klass = flow do
        source :orders
        keep :id, :net
        transform { |row| row[:twice] = 7 }
        sink :sums
      end
      expect(message(ActiveDataFlow::ColumnMismatch) { klass.run_now }).to eq("sums generates twice itself (from orders). Write: keep :id, :net")
    end

    it "is dropped from Hash rows, as one that the sink lacks, and named once" do
      run = flow do
        source [{id: 3, net: 7, twice: 99}, {id: 1, net: 5, twice: 99}]
        sink :sums
      end.run_now
      expect(counted(run)).to eq(read: 2, new: 1, unchanged: 1)
      expect(rows(:sums, :id, :net, :twice)).to eq([[1, 5, 10], [2, 6, 12], [3, 7, 14]])
      expect(log.string.scan("sums by id takes no column twice; dropped").size).to eq(1)
    end

    it "may be read, also of the table that is written" do
      [-> { derive(:net) { |row| row[:net] + row[:twice] } }, -> { transform { |row| row[:net] = row[:net] + row[:twice] } }].each do |step|
        expect(counted(flow("SumFlow") {
          source :sums
          class_exec(&step)
          sink :sums
        }.run_now)).to eq(read: 2, updated: 2)
      end
      expect(rows(:sums, :net, :twice)).to eq([[45, 90], [54, 108]])
    end
  end

  it "refuses rows that are no Hashes, and says what they are made of" do
    {[1, 2] => "a row is a Hash or a message, not [1, 2]. Write: %i[id name].zip(row).to_h, with the names of its values",
     [[:id, 1]] => "a row is a Hash or a message, not [[:id, 1]]. Write: %i[id name].zip(row).to_h, with the names of its values",
     nil => "a row is a Hash or a message, not nil", 7 => "a row is a Hash or a message, not 7"}.each do |row, text|
      klass = flow do
        source [row]
        sink :people
      end
      expect(message(ActiveDataFlow::RowError) { klass.run_now }).to eq("OrderExportFlow stopped at row 1 (read): #{text}. on_error :quarantine puts such rows aside.")
    end
    klass = flow do
      source [Order.new(id: 1)]
      sink :exports
    end
    expect(message(ActiveDataFlow::RowError) { klass.run_now }).to match(/not #<Order .*>\. Write: record\.attributes\. on_error/)
  end

  it "refuses a lookup that could find nothing, by the types of both tables" do
    never = proc do
      source :orders
      lookup :people, on: {number: :id}, take: {full_name: :note}
      sink :exports
    end
    expect(rejected(&never)).to match(/\Alookup at mistakes_examples\.rb:\d+: number is string, and people\.id integer: these are never equal\. Write: cast number: :integer above it\.\z/)
    orders(1, number: "7")
    Person.insert!({id: 7, full_name: "Ada"})
    changed = flow("CastFlow") do
      source :orders
      cast number: :integer
      lookup :people, on: {number: :id}, take: {full_name: :note}
      cast number: :string
      sink :exports
    end
    expect(counted(changed.run_now)).to eq(read: 1, new: 1)
    expect(rows(:exports, :number, :note)).to eq([["7", "Ada"]])
  end

  it "refuses a relation as an argument" do
    body = proc {
      source Order.paid
      sink :exports
    }
    expect(message(ArgumentError) { flow(&body) }).to eq("a relation is read while the class loads and goes stale on reload. Write: source { Order... }")
  end

  it "says what has to be set" do
    expect(rejected(ActiveDataFlow::ColumnMismatch) do
      source :orders
      keep :id, :name
      sink :stated
    end).to eq("stated.state is NOT NULL without a default and nothing sets it. Write: set state: \"new\"")
  end

  it "names tables that are like the one that is not there" do
    expect(rejected(ArgumentError) do
      source :order
      sink :exprts
    end).to match(/OrderExportFlow: sink :exprts: there is neither a model Exprt nor a table exprts in .*\. Did you mean exports\?|exports/)
  end

  it "names the columns there are where a step names one that is not" do
    expect(rejected(ActiveDataFlow::ColumnMismatch) do
      source :orders
      drop :nmae
      sink :exports
    end).to match(/\AOrderExportFlow: drop at mistakes_examples\.rb:\d+ names nmae, which the rows do not have there; they have .*id.*number.*name/)
  end

  it "refuses a cursor that may be NULL, and one that is no column" do
    expect(rejected do
      source :orders, cursor: :net
      sink :exports
    end).to include("orders may have NULL in :net, so reading along it would lose rows").and include("change_column_null :orders, :net, false")
    expect(rejected do
      source :orders, cursor: :nmber
      sink :exports
    end).to include("orders has no column :nmber to read along; it has ")
  end

  it "refuses an order of more columns than are read along" do
    expect(rejected do
      source :orders, order: %i[desc asc]
      sink :exports
    end).to eq("OrderExportFlow: orders is read along [:id], and order: has 2 directions, [:desc, :asc]. Give one for all, or one for each column.")
  end

  it "refuses a table without anything unique, on both sides" do
    expect(rejected do
      source :bare
      sink :exports, key: :number
    end).to include("bare has no primary key to read along. Write: source ..., cursor: [:a, :b] with unique columns")
    expect(rejected do
      source [{name: "Ada"}]
      sink :bare
    end).to include("writes bare, which has no primary key")
  end

  it "refuses a key that the rows do not bring" do
    expect(rejected do
      source :orders
      keep :number, :name
      sink :exports
    end).to include("writes exports by [:id], but the rows bring no id")
  end

  it "refuses a scope that the model does not have" do
    expect(rejected(ArgumentError) do
      source :orders, scope: :payed
      sink :exports
    end).to include("Order has no scope :payed. Write it there, or give a lambda: scope: -> { where(...) }")
  end

  it "refuses an abstract class, and one that is not complete", req: "E-26" do
    klass = flow { self.abstract_class = true }
    expect(message { klass.run_now }).to eq("OrderExportFlow is abstract; run one of its subclasses")
    expect(message { flow { sink :exports }.run_now }).to eq("OrderExportFlow has no source. Write: source :orders, or source { ... }")
    expect(message { flow { source :orders }.run_now }).to eq("OrderExportFlow has no sink. Write: sink :order_exports, or sink { |row| ... }")
  end

  it "refuses a class without a name, which no run could be stored under" do
    klass = Class.new(ActiveDataFlow::Base) do
      source :orders
      sink :exports
    end
    expect(message { klass.run_now }).to eq('a flow is stored under its name; give the class a constant, or flow_name = "..."')
  end
end
