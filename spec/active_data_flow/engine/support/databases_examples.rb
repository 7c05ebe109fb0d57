# frozen_string_literal: true

# What another database is to a flow: files here, whatever the program's own is.
RSpec.describe "[databases]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    files = %w[one two].to_h { |name| [name, {adapter: "sqlite3", database: File.join(FlowDatabase.folder, "#{name}.sqlite3")}] }
    before = ActiveRecord::Base.configurations
    ActiveRecord::Base.configurations = {ActiveRecord::ConnectionHandling::DEFAULT_ENV.call => files}
    Object.const_set(:ReportingRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true }) unless defined?(ReportingRecord)
    ReportingRecord.connects_to(shards: {default: {writing: :one}, second: {writing: :two}})
    ActiveRecord::Base.configurations = before
    %i[default second].each do |shard|
      ActiveDataFlow.prepare_marks!(ReportingRecord, role: :writing, shard:)
      ReportingRecord.connected_to(role: :writing, shard:) do
        ReportingRecord.connection_pool.with_connection { |connection| connection.create_table(:reports, if_not_exists: true) { |table| table.string(:name) && table.integer(:net) } }
      end
    end
  end

  before do
    %i[default second].each do |shard|
      ReportingRecord.connected_to(role: :writing, shard:) { ReportingRecord.connection_pool.with_connection { |connection| connection.execute("DELETE FROM reports") } }
    end
  end

  def reports(shard)
    ReportingRecord.connected_to(role: :writing, shard:) { ReportingRecord.connection_pool.with_connection { |connection| connection.select_rows("SELECT id, name FROM reports ORDER BY id") } }
  end

  it "is found by the class whose it is, and by the shard" do
    orders(3)
    flow("ReportFlow") do
      source :orders, scope: -> { where(id: 1) }
      keep :id, :name, :net
      sink :reports, connection: "ReportingRecord"
    end.run_now
    flow("ShardFlow") do
      source :orders
      keep :id, :name, :net
      sink :reports, connection: "ReportingRecord", role: :writing, shard: :second
    end.run_now
    expect([reports(:default), reports(:second)]).to eq([[[1, "order 1"]], [[1, "order 1"], [2, "order 2"], [3, "order 3"]]])
    flow("BackFlow") do
      source :reports, connection: "ReportingRecord", shard: :second
      transform { |row| row[:number] = "R#{row[:id]}" }
      sink :exports
    end.run_now
    expect(rows(:exports, :number).flatten).to eq(%w[R1 R2 R3])
  end

  it "may be a shard that alone has the table, at either end" do
    ReportingRecord.connected_to(role: :writing, shard: :second) do
      ReportingRecord.connection_pool.with_connection { |connection| connection.create_table(:returns, force: true) { |table| table.string(:number) && table.string(:name) } }
    end
    orders(3)
    into = flow("ReturnFlow") do
      source :orders
      keep :id, :number, :name
      sink :returns, connection: "ReportingRecord", shard: :second
    end
    expect(counted(into.run_now)).to eq(read: 3, new: 3)
    back = flow("BackFlow") do
      source :returns, connection: "ReportingRecord", role: :writing, shard: :second, scope: -> { where("id > 1") }
      transform { |row| row[:name] += " again" }
      sink :exports
    end
    expect(counted(back.run_now)).to eq(read: 2, new: 2)
    expect(rows(:exports, :number, :name)).to eq([["A2", "order 2 again"], ["A3", "order 3 again"]])
  end

  # Of SQLite's files one is attached to the other; else rows come through this process.
  it "is a mirror, and is mirrored" do
    orders(30)
    there = flow("ThereFlow") do
      source :orders
      keep :id, :name, :net
      batch_size 4
      sink :reports, connection: "ReportingRecord", mode: :mirror
    end
    expect(counted(there.run_now)).to eq(read: 30, new: 30)
    Order.where(id: [1, 2, 15, 29, 30]).delete_all
    expect(counted(there.run_now)).to eq(read: 25, unchanged: 25, deleted: 5)
    expect(reports(:default).map(&:first)).to eq((3..28).to_a - [15])
    expect(counted(there.run_now)).to eq(read: 25, unchanged: 25)
    Person.insert_all!([{id: 1}, {id: 15}, {id: 99}])
    back = flow("BackFlow") do
      source :reports, connection: "ReportingRecord"
      keep :id
      batch_size 4
      sink :people, mode: :mirror
    end
    expect(counted(back.run_now)).to eq(read: 25, new: 25, deleted: 3)
    expect(rows(:people, :id).flatten).to eq((3..28).to_a - [15])
  end

  describe "a name in it" do
    def ends(name)
      klass = flow do
        source name
        keep :id
        sink name
      end
      klass.plan.to_s[/^  reads   (.*) by/, 1]
    end

    it "is a model's before it is a table's, and the plan says whose table that is" do
      expect([:people, "people", :person, "Person", Person].map { |name| ends(name) }).to eq(["people"] * 5)
      stub_const("Order", Class.new(ActiveRecord::Base) { self.table_name = "people" })
      expect([:orders, "orders", :order, "Order", Order].map { |name| ends(name) }).to eq(["people (of Order)"] * 5)
      stub_const("OrderData", Class.new(ActiveRecord::Base) { self.table_name = "people" })
      expect([:order_data, "OrderData"].map { |name| ends(name) }).to eq(["people (of OrderData)"] * 2)
    end

    it "is a table's where it has a schema", if: FlowDatabase::KIND == :postgresql do
      stub_const("Person", Class.new(ActiveRecord::Base) { self.table_name = "orders" })
      expect(ends("public.people")).to eq("public.people")
      stub_const("Person", Class.new(ActiveRecord::Base) { self.table_name = "public.people" })
      expect(ends("public.people")).to eq("public.people (of Person)")
    end

    it "is a table's where no model is called so" do
      stub_const("Person", Class.new)
      expect(ends(:people)).to eq("people")
      stub_const("Person", Class.new(ActiveRecord::Base) { self.abstract_class = true })
      expect(ends(:people)).to eq("people")
    end

    it "is refused where the model's table is not there, though a table is called so" do
      stub_const("Person", Class.new(ActiveRecord::Base) { self.table_name = "persons" })
      expect { ends(:people) }.to raise_error(ArgumentError, /: the table of Person is persons, and \S+ has none of that name\./)
    end
  end

  it "has to be that of a class that has one" do
    %w[Reporting reporting String Kernel].each do |name|
      klass = flow do
        source :orders
        sink :reports, connection: name
      end
      expect { klass.plan }.to raise_error(ArgumentError, "OrderExportFlow: sink :reports: there is no class #{name} whose database could be used")
    end
  end
end
