# frozen_string_literal: true

# Run by lookup_spec.rb in a process of its own, since ActiveRecord brings ActiveSupport, and the suite has to hold
# without it. At the desk: bin/exec rspec spec/active_data_flow/flow/support/lookup_contract.rb
require "spec_helper"
require "active_data_flow/active_record"

RSpec.describe ActiveDataFlow::Flow::Lookup do
  # A database of its own, so that others' connections stay as they are.
  let(:base) do
    stub_const("LookupRecord", Class.new(ActiveRecord::Base) { self.abstract_class = true })
    LookupRecord.establish_connection(database)
    LookupRecord
  end

  after { base.remove_connection }

  # @param printed [Boolean] whether the database's SQL is known to compare as we do
  shared_examples "a lookup" do |printed = true|
    before do
      connection = base.connection
      %w[customers prices orders].each { |table| connection.drop_table(table, if_exists: true) }
      connection.create_table(:customers) { |t|
        t.string :name
        t.string :email, index: {unique: true}
        t.boolean :active
        t.string :city
      }
      connection.create_table(:prices) { |t|
        t.string :region, null: false
        t.integer :product_id, null: false
        t.decimal :price, precision: 10, scale: 2
        t.index %i[region product_id], unique: true
      }
      connection.create_table(:orders) { |t|
        t.integer :customer_id
        t.string :region
        t.integer :product_id
      }
      model("customers").insert_all((1..5).map { |id| {id:, name: "c#{id}", email: "c#{id}@example.org", active: id.odd?} })
      model("prices").insert_all([{region: "eu", product_id: 1, price: 9.5}, {region: "us", product_id: 1, price: 10}])
    end

    def model(table) = ActiveDataFlow::ActiveRecord::Table.find(table, connection: "LookupRecord").model

    def step(name, **options)
      ActiveDataFlow::Flow::Step.new(word: :lookup, at: "f.rb:7",
        arguments: {name:, connection: "LookupRecord", missing: :null, **options})
    end

    def joined(step, rows)
      @batch = ActiveDataFlow::Native::Batch.new(rows.flat_map(&:keys).uniq)
      rows.each { |row| @batch.push_hash(row) }
      @misfits = described_class.new(step).call(@batch)
      @batch.hashes(0, rows.size)
    end

    let(:rows) { [{"id" => 1, "customer_id" => 3}, {"id" => 2, "customer_id" => nil}, {"id" => 3, "customer_id" => 99}, {"id" => 4, "customer_id" => 4}] }

    it "takes columns of the row with that key, NULL where there is none" do
      found = joined(step(:customers, on: {"customer_id" => "id"}, take: {"name" => "customer_name", "active" => "active"}), rows)
      expect(found.map { |row| row.values_at("id", "customer_name", "active") }).to eq([[1, "c3", true], [2, nil, nil], [3, nil, nil], [4, "c4", false]])
      expect(@misfits).to eq([])
    end

    it "takes rows out, or puts them aside with what is missing" do
      by = {on: {"customer_id" => "id"}, take: {"name" => "customer_name"}}
      expect(joined(step(:customers, **by, missing: :filter), rows).map { |row| row["id"] }).to eq([1, 4])
      expect(@batch.counts).to include(filtered: 2, rejected: 0)
      expect(joined(step(:customers, **by, missing: :reject), rows).map { |row| row["id"] }).to eq([1, 4])
      expect(@misfits).to eq([[1, "customer_id", "customers has no row with id null (lookup, f.rb:7)"],
        [2, "customer_id", "customers has no row with id 99 (lookup, f.rb:7)"]])
    end

    it "finds by several columns, and decimals as they are" do
      rows = [{"region" => "eu", "product_id" => 1}, {"region" => "us", "product_id" => 2}, {"region" => "us", "product_id" => 1}]
      found = joined(step(:prices, on: {"region" => "region", "product_id" => "product_id"}, take: {"price" => "price"}), rows)
      expect(found.map { |row| row["price"] }).to eq([BigDecimal("9.5"), nil, 10])
    end

    it "puts a row aside whose key can never be equal, rather than taking it for missing" do
      on = {"customer_id" => "id"}
      found = joined(step(:customers, on:, take: {"name" => "n"}), [{"customer_id" => "abc"}, {"customer_id" => "2"}, {"customer_id" => 2}, {"customer_id" => nil}])
      expect(found.map { |row| row["n"] }).to eq(["c2", nil])
      expect(@misfits.map { |row, column, reason| [row, column, reason] }).to eq(%w[abc 2].each_with_index.map { |text, row|
        [row, "customer_id", "customer_id is \"#{text}\", and customers.id is integer: these are never equal. Write: cast customer_id: :integer above it (lookup, f.rb:7)"]
      })
      joined(step(:customers, on: {"code" => "email"}, take: {"name" => "n"}), [{"code" => 7}])
      expect(@misfits.map(&:last)).to eq(["code is 7, and customers.email is string: these are never equal. Write: cast code: :string above it (lookup, f.rb:7)"])
    end

    it "finds numbers of any kind, and what only a text can say" do
      found = joined(step(:customers, on: {"customer_id" => "id"}, take: {"name" => "n"}), [{"customer_id" => 2.0}, {"customer_id" => BigDecimal("3.0")}, {"customer_id" => 2.5}])
      expect(found.map { |row| row["n"] }).to eq(["c2", "c3", nil])
      connection = base.connection
      connection.drop_table("days", if_exists: true)
      connection.create_table(:days) { |t| t.date(:day, index: {unique: true}) && t.string(:name) }
      model("days").insert_all([{day: Date.new(2026, 5, 1), name: "May Day"}])
      found = joined(step(:days, on: {"on" => "day"}, take: {"name" => "n"}), [{"on" => "2026-05-01"}, {"on" => Date.new(2026, 5, 1)}, {"on" => "2026-05-02"}, {"on" => "soon"}])
      expect(found.map { |row| row["n"] }).to eq(["May Day", "May Day", nil])
      expect(@misfits.map(&:last)).to eq(["on is \"soon\", and days.day is date: these are never equal. Write: cast on: :date above it (lookup, f.rb:7)"])
    end

    it "is refused where the types say that no row can be found" do
      lookup = step(:customers, on: {"code" => "id"}, take: {"name" => "n"})
      options = {types: {"code" => "varchar(9)"}, dialect: :postgresql}
      expect { described_class.new(lookup, **options, known: ["code"]) }.to raise_error(ActiveDataFlow::ConfigurationError,
        "lookup at f.rb:7: code is string, and customers.id integer: these are never equal. Write: cast code: :integer above it.")
      expect { described_class.new(lookup, **options) }.not_to raise_error
    end

    it "asks once a batch, whatever the rows" do
      rows = Array.new(1_200) { |id| {"id" => id, "customer_id" => id % 700} }
      asked = 0
      counting = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| asked += 1 if event.payload[:name] == "Lookup" }
      found = joined(step(:customers, on: {"customer_id" => "id"}, take: {"name" => "n"}), rows)
      expect(asked).to eq(1)
      expect(found.count { |row| row["n"] }).to eq(10)
    ensure
      ActiveSupport::Notifications.unsubscribe(counting)
    end

    it "is refused where the columns are not unique there, or not there" do
      expect { described_class.new(step(:customers, on: {"city" => "city"}, take: {"name" => "n"})) }.to raise_error(ActiveDataFlow::ConfigurationError,
        "lookup at f.rb:7: on: leads to [:city], which is not unique in customers, so a row could be found twice. Unique are [:id], [:email].")
      expect { described_class.new(step(:customers, on: {"customer_id" => "id"}, take: {"nmae" => "n"})) }.to raise_error(ActiveDataFlow::ConfigurationError,
        /customers has no column nmae; it has :id, .* Did you mean :name\?/)
    end

    it "means the same as SQL", if: printed do
      model("orders").insert_all([{id: 1, customer_id: 3, region: "eu", product_id: 1}, {id: 2, customer_id: nil, region: nil, product_id: 1}, {id: 3, customer_id: 99, region: "us", product_id: 1}])
      lookups = [step(:customers, on: {"customer_id" => "id"}, take: {"name" => "customer_name"}),
        step(:prices, on: {"region" => "region", "product_id" => "product_id"}, take: {"price" => "price"}, missing: :filter)]
      orders = ActiveDataFlow::ActiveRecord::Table.find(:orders, connection: "LookupRecord")
      types = orders.columns.to_h { |column| [column.name, column.sql_type] }
      joins = lookups.each_with_index.to_h { |lookup, number| [lookup, ActiveDataFlow::ActiveRecord::LookupTable.new(lookup).printed("other_#{number}")] }
      query = ActiveDataFlow::Flow::Program.native(lookups, types:, dialect: orders.dialect, joins:).sql(orders.dialect, types.keys.map { |name| [name, "orders.#{name}"] })
      sql = "SELECT #{query[:columns].values.join(", ")} FROM orders #{query[:joins].join(" ")} WHERE #{query[:where]} ORDER BY orders.id"
      there = base.connection.select_all(sql).cast_values
      transformation = ActiveDataFlow::Flow::Transformation.new(nil, lookups, types:, dialect: orders.dialect)
      batch = ActiveDataFlow::Native::Batch.new(types.keys)
      base.connection.select_all("SELECT #{types.keys.join(", ")} FROM orders ORDER BY id").cast_values.each { |row| batch.push_row(row) }
      expect(transformation.call(batch)).to eq([])
      expect(batch.hashes(0, 9).map(&:values)).to eq(there)
      expect(there.map { |row| row.last(2) }).to eq([["c3", BigDecimal("9.5")], [nil, 10]])
    end
  end

  describe "[SQLite]" do
    let(:database) { {adapter: "sqlite3", database: ":memory:"} }

    it_behaves_like "a lookup"
  end

  describe "[PostgreSQL]", :postgresql do
    let(:database) { Postgresql.fresh("lookups") }

    it_behaves_like "a lookup"
  end

  describe "[MariaDB]", :mysql do
    let(:database) { Mysql.fresh("lookups") }

    it_behaves_like "a lookup", false
  end
end
