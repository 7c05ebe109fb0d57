# frozen_string_literal: true

require "fileutils"
require "tmpdir"
require "active_data_flow/active_record"

# Run by active_record_spec.rb in a process of its own, once for each database.
module ConnectorDatabase
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym

  module_function

  def connect
    ActiveRecord::Base.establish_connection(**config)
    ActiveRecord::Schema.verbose = false
    ActiveRecord::Schema.define do
      create_table(:products) do |table|
        table.string :name, null: false
        table.decimal :price, precision: 10, scale: 2
        table.string :sku, index: {unique: true}
        table.boolean :active, default: true, null: false
        table.timestamps
      end
      create_table(:plain_rows) { |table| table.string :name, null: false }
      create_table(:stocks, primary_key: %i[shop_id sku]) do |table|
        table.integer :shop_id
        table.string :sku
        table.integer :amount
      end
    end
  end

  def config
    Servers.fresh(KIND, "connectors_#{Process.pid}") ||
      {adapter: "sqlite3", database: File.join(Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }, "connectors.sqlite3")}
  end
end

ConnectorDatabase.connect

class Product < ActiveRecord::Base
  validates :name, exclusion: ["forbidden"]
  after_save { self.class.saved << id }
  scope :active, -> { where(active: true) }
  scope :dearer_than, ->(price) { where("price > ?", price) }

  def self.saved = @saved ||= []

  def self.not_a_scope = 7
end

class PlainRow < ActiveRecord::Base
end

class Stock < ActiveRecord::Base
end

Source = ActiveDataFlow::ActiveRecordSource
Sink = ActiveDataFlow::ActiveRecordSink
Collision = ActiveDataFlow::Connector::Sink::Collision

RSpec.configure do |config|
  config.before do
    [Product, PlainRow, Stock].each(&:delete_all)
    Product.saved.clear
    # Ids that the examples give are below those that the database gives.
    Product.connection.execute("ALTER SEQUENCE products_id_seq RESTART WITH 1000") if ConnectorDatabase::KIND == :postgresql
  end
end

module ConnectorHelp
  def products(count, **more)
    made = (1..count).map { |number| Product.create!(id: number, name: "p#{number}", price: number, sku: "s#{number}", **more) }
    # PostgreSQL's sequence knows nothing of ids that were given.
    Product.connection.reset_pk_sequence!("products") if Product.connection.respond_to?(:reset_pk_sequence!)
    made
  end

  # @return [Array<String>] the statements that the block sends
  def statements(verb, &)
    sent = []
    note = ->(*, event) { sent << event[:sql] if event[:sql].match?(/\A\s*#{verb}/i) && event[:name] != "SCHEMA" }
    ActiveSupport::Notifications.subscribed(note, "sql.active_record", &)
    sent
  end

  def batch_of(list)
    ActiveDataFlow::Native::Batch.new(list.flat_map(&:keys).uniq).tap { |batch| list.each { |row| batch.push_hash(row) } }
  end
end

RSpec.describe "[source contract] ActiveRecordSource" do
  let(:source) { Source.new(model: PlainRow) }
  let(:expected) { (1..7).map { |id| {id:, name: "n#{id}"} } }

  before { PlainRow.insert_all!(expected.reverse) }

  it_behaves_like "a source connector"
end

RSpec.describe "[sink contract] ActiveRecordSink" do
  let(:sink) { Sink.new(model_class: PlainRow) }
  let(:rows) { (1..5).map { |id| {id:, name: "n#{id}"} } }
  let(:bad_row) { {id: 9, name: nil} }

  def written = PlainRow.order(:id).map { |row| row.attributes.symbolize_keys }

  it_behaves_like "a sink connector"
end

RSpec.describe "[model] of a connector" do
  include ConnectorHelp

  it "is a class, or its name or that of its table, as a String or a Symbol" do
    products(1)
    [Product, "Product", "product", "products", :product, :products].each do |name|
      expect(Source.new(model: name).first.to_h).to include(name: "p1")
      expect(Source.new(model_class: name).model_class).to eq(Product)
      expect(Sink.new(model_class: name).model_class).to eq(Product)
    end
  end

  it "may be a table that the application has no model for" do
    Sink.new(model: :plain_rows).write({id: 3, name: "x"})
    expect(Source.new(model: :plain_rows).map(&:to_h)).to eq([{id: 3, name: "x"}])
  end

  it "is looked up when it is first used, so that a class can be loaded without its database" do
    [Source.new(model: "Prodct"), Sink.new(model: "Prodct")].each do |connector|
      expect { connector.model_class }.to raise_error(ArgumentError, /there is neither a model Prodct nor a table/)
    end
    expect { Source.new(model: :produkts).count }.to raise_error(ArgumentError, /Did you mean :products\?/)
  end

  it "is refused at once where it can be none" do
    [String, ActiveRecord::Base, 7, ""].each do |wrong|
      expect { Source.new(model: wrong) }.to raise_error(ArgumentError)
      expect { Sink.new(model_class: wrong) }.to raise_error(ArgumentError)
    end
    expect { Source.new }.to raise_error(ArgumentError, /needs model:/)
    expect { Sink.new }.to raise_error(ArgumentError, /needs model:/)
  end
end

RSpec.describe "[reading]" do
  include ConnectorHelp

  before { products(7) }

  it "gives messages with the attributes as the model casts them, and model and id as metadata" do
    message = Source.new(model: Product).first
    expect(message).to be_an_instance_of(ActiveDataFlow::Message::Untyped)
    expect(message.to_h).to include(id: 1, name: "p1", price: BigDecimal(1), active: true, created_at: an_instance_of(ActiveSupport::TimeWithZone).or(an_instance_of(Time)))
    expect(message.metadata).to eq(model: "Product", id: 1)
  end

  it "asks for a thousand rows at once, or as many as one says" do
    expect(Source.new(model: Product).batch_size).to eq(1000)
    expect(statements("SELECT") { Source.new(model: Product).to_a }.grep(/LIMIT/i).size).to eq(2)
    expect(statements("SELECT") { Source.new(model: Product, batch_size: 2).to_a }.size).to eq(5)
    expect(statements("SELECT") { Source.new(model: Product).each(batch_size: 3).to_a }.size).to eq(4)
  end

  it "begins behind an id" do
    expect(Source.new(model: Product).each(start_id: 5).map { |row| row[:id] }).to eq([6, 7])
    expect(Source.new(model: Product).fetch(after: 2, limit: 3).map { |row| row[:id] }).to eq([3, 4, 5])
  end

  it "reads by a named scope, with parameters, and by a Proc" do
    Product.where(id: [1, 2]).update_all(active: false)
    ids = ->(**options) { Source.new(model: Product, **options).map { |row| row[:id] } }
    expect(ids.call(scope: :active)).to eq([3, 4, 5, 6, 7])
    expect(ids.call(scope: "dearer_than", scope_params: [5])).to eq([6, 7])
    expect(ids.call(scope: -> { where(id: [4, 2]) })).to eq([2, 4])
    expect(ids.call(scope: ->(id) { where(id:) }, scope_params: [3])).to eq([3])
    expect(ids.call(scope: -> { order(name: :desc) }).first).to eq(1)
  end

  it "counts the rows of its scope, and as Enumerable does" do
    source = Source.new(model: Product, scope: :dearer_than, scope_params: [5])
    expect([source.count, source.count { |row| row[:id] == 7 }]).to eq([2, 1])
    expect(statements("SELECT") { source.count }).to match([/COUNT/i])
  end

  it "refuses what is no scope of the model, and runs nothing of it" do
    [:delete_all, :destroy_all, :nothing, :not_a_scope, :connection].each do |name|
      expect { Source.new(model: Product, scope: name).to_a }.to raise_error(ArgumentError)
    end
    expect(Product.count).to eq(7)
    expect { Source.new(model: Product, scope: Product.active) }.to raise_error(ArgumentError, /Write: scope: -> \{ where/)
    expect { Source.new(model: Product, scope: -> { 7 }).to_a }.to raise_error(ArgumentError, /gave Integer; a scope gives a relation of Product/)
  end

  it "refuses a key of several columns with what to write instead" do
    expect { Source.new(model: Stock).to_a }.to raise_error(ArgumentError, /stocks has a primary key of 2 columns.*source :stocks, cursor:/)
  end

  it "is written down with model and scope, unless the scope is code" do
    json = Source.new(model: Product, scope: :dearer_than, scope_params: [5]).to_json
    expect(ActiveDataFlow::Connector::Source.from_json(json).map { |row| row[:id] }).to eq([6, 7])
    expect { Source.new(model: Product, scope: -> { all }).to_json }.to raise_error(ArgumentError, /scope is a Proc/)
  end
end

RSpec.describe "[writing]" do
  include ConnectorHelp

  def names = Product.order(:id).pluck(:id, :name)

  it "validates and calls back for one row, and does neither for many" do
    Sink.new(model_class: Product).write({id: 1, name: "a"})
    Sink.new(model_class: Product).write_batch([{id: 2, name: "b"}, {id: 3, name: "forbidden"}])
    expect([names, Product.saved]).to eq([[[1, "a"], [2, "b"], [3, "forbidden"]], [1]])
  end

  it "inserts many rows in one statement, and looks up in one what is there" do
    products(3)
    rows = (1..100).map { |id| {id:, name: "p#{id}"} }
    counts = nil
    sent = statements("(SELECT|INSERT|UPDATE)") { counts = Sink.new(model_class: Product).write_batch(rows) }
    expect([sent.size, counts]).to eq([2, {new: 97, updated: 0, unchanged: 3, skipped: 0}])
  end

  it "updates only what differs, and moves updated_at only then" do
    products(2)
    Product.update_all(updated_at: Time.utc(2020), created_at: Time.utc(2020))
    counts = Sink.new(model_class: Product).write_batch([{"id" => "1", "name" => "p1", "price" => "1.00"}, {id: 2, name: "q"}])
    expect(counts).to eq(new: 0, updated: 1, unchanged: 1, skipped: 0)
    expect(names).to eq([[1, "p1"], [2, "q"]])
    expect(Product.order(:id).pluck(:updated_at).map { |at| at == Time.utc(2020) }).to eq([true, false])
    expect(Product.distinct.pluck(:created_at)).to eq([Time.utc(2020)])
  end

  it "finds rows by another key, and writes the last of several with one key" do
    products(2)
    counts = Sink.new(model_class: Product, key: :sku).write_batch([{sku: "s1", name: "x"}, {sku: "s1", name: "y"}, {sku: "s9", name: "z"}])
    expect(counts).to eq(new: 1, updated: 1, unchanged: 0, skipped: 1)
    expect(Product.order(:sku).pluck(:sku, :name)).to eq([%w[s1 y], %w[s2 p2], %w[s9 z]])
  end

  it "finds rows by a key of several columns" do
    sink = Sink.new(model_class: Stock)
    sink.write_batch([{shop_id: 1, sku: "a", amount: 1}, {shop_id: 2, sku: "a", amount: 1}])
    expect(sink.write_batch([{shop_id: 1, sku: "a", amount: 5}, {shop_id: 2, sku: "b", amount: 1}])).to eq(new: 1, updated: 1, unchanged: 0, skipped: 0)
    expect(sink.write({shop_id: 1, sku: "a", amount: 5})).to eq(Collision::REDUNDANT_TRANSFORMED_RECORD)
    expect(Stock.order(:shop_id, :sku).pluck(:shop_id, :sku, :amount)).to eq([[1, "a", 5], [2, "a", 1], [2, "b", 1]])
  end

  it "takes rows with different columns, and rows without a key as new ones" do
    counts = Sink.new(model_class: Product).write_batch([{name: "a"}, {name: "b", price: 2}, {name: "c"}])
    expect([counts[:new], Product.order(:name).pluck(:name, :price)]).to eq([3, [["a", nil], ["b", 2], ["c", nil]]])
  end

  it "does in each mode what the sink line of a flow does" do
    rows = [{id: 1, name: "changed"}, {id: 9, name: "fresh"}]
    results = {insert_only: {new: 1, updated: 0, unchanged: 0, skipped: 1}, update_only: {new: 0, updated: 1, unchanged: 0, skipped: 1},
               upsert: {new: 1, updated: 1, unchanged: 0, skipped: 0}}
    results.each do |mode, counts|
      [Product.delete_all, products(1)]
      expect(Sink.new(model_class: Product, mode:).write_batch(rows)).to eq(counts)
      expect(names).to eq([[1, (mode == :insert_only) ? "p1" : "changed"], ([9, "fresh"] unless mode == :update_only)].compact)
      [Product.delete_all, products(1)]
      rows.each { |row| Sink.new(model_class: Product, mode: mode.to_s).write(row) }
      expect(names).to eq([[1, (mode == :insert_only) ? "p1" : "changed"], ([9, "fresh"] unless mode == :update_only)].compact)
    end
    expect { Sink.new(model_class: Product, mode: :insert).write_batch(rows) }.to raise_error(IOError)
    expect { Sink.new(model_class: Product, mode: :mirror) }.to raise_error(ArgumentError, /has no mode :mirror; it has :insert, :insert_only, :upsert, :update_only/)
  end
end

# Of the author's: dear products are left alone, those without a price are created again, nobody knows of the others.
class PriceCollision < Collision
  def predicted_write_result(transformed:)
    return NEW_TRANSFORMED_RECORD if transformed[:price].nil?

    (transformed[:price] > 100) ? REDUNDANT_TRANSFORMED_RECORD : NO_PREDICTION
  end
end

RSpec.describe "[collisions]" do
  include ConnectorHelp

  before { products(2) }

  it "are predicted by the key" do
    sink = Sink.new(model_class: Product)
    predict = ->(row) { sink.collision.predicted_write_result_string(sink.collision.predicted_write_result(transformed: row)) }
    expect([{id: 9, name: "x"}, {id: 1, name: "x"}, {"id" => 1, "name" => "p1"}].map(&predict))
      .to eq(%w[NEW_TRANSFORMED_RECORD UPDATED_TRANSFORMED_RECORD REDUNDANT_TRANSFORMED_RECORD])
    expect(Product.order(:id).pluck(:name)).to eq(%w[p1 p2])
  end

  it "are what writing a row returns" do
    sink = Sink.new(model_class: Product)
    expect([{id: 9, name: "x"}, {id: 1, name: "x"}, {id: 2, name: "p2"}].map { |row| sink.write(row) })
      .to eq([Collision::NEW_TRANSFORMED_RECORD, Collision::UPDATED_TRANSFORMED_RECORD, Collision::REDUNDANT_TRANSFORMED_RECORD])
    expect(Product.saved).to eq([1, 2, 9, 1])
  end

  it "of the author's own drive skip, update and create" do
    sink = Sink.new(model_class: Product, key: :sku, sink_collision_class: PriceCollision)
    rows = [{sku: "s1", name: "dear", price: 200}, {sku: "s2", name: "cheap", price: 1}, {id: 50, sku: nil, name: "free", price: nil}]
    expect(sink.write_batch(rows)).to eq(new: 1, updated: 1, unchanged: 1, skipped: 0)
    expect(Product.order(:id).pluck(:name)).to eq(%w[p1 cheap free])
    expect(ActiveDataFlow::Connector::Sink.from_json(sink.to_json).sink_collision_class).to eq(PriceCollision)
    expect { ActiveDataFlow::Connector::Sink.from_json(sink.as_json.merge("sink_collision_class" => "Product")) }.to raise_error(ArgumentError, /no class below/)
    expect { Sink.new(model_class: Product, sink_collision_class: String) }.to raise_error(ArgumentError, /a class below/)
  end
end

RSpec.describe "[errors]" do
  include ConnectorHelp

  it "of the database are IOErrors with the cause" do
    [-> { Source.new(model: Product, scope: -> { where("no_such_column = 1") }).to_a },
      -> { Source.new(model: Product, scope: -> { where("no_such_column = 1") }).count },
      -> { Sink.new(model_class: PlainRow).write({id: 1, name: nil}) },
      -> { Sink.new(model_class: PlainRow).write_batch([{id: 1, name: nil}]) }].each do |work|
      expect(&work).to raise_error(IOError, /(reading Product|writing PlainRow).* failed: /) { |error| expect(error.cause).to be_a(ActiveRecord::StatementInvalid) }
    end
  end

  it "of a table that is gone are IOErrors, too" do
    source = Source.new(model: PlainRow).tap(&:count)
    ActiveRecord::Base.connection.rename_table(:plain_rows, :gone_rows)
    expect { source.to_a }.to raise_error(IOError, /reading PlainRow/)
  ensure
    ActiveRecord::Base.connection.rename_table(:gone_rows, :plain_rows)
  end

  it "of the model are ArgumentErrors with the cause" do
    sink = Sink.new(model_class: Product)
    expect { sink.write({name: "forbidden"}) }.to raise_error(ArgumentError, /Product.* does not take the row: .*Name/) { |error| expect(error.cause).to be_a(ActiveRecord::RecordInvalid) }
    expect { sink.write({nonsense: 1}) }.to raise_error(ArgumentError, /nonsense/) { |error| expect(error.cause).to be_a(ActiveModel::UnknownAttributeError) }
    expect { sink.write_batch([{name: "a", nonsense: 1}]) }.to raise_error(ArgumentError, /nonsense/)
  end

  it "leave nothing behind of the rows that were written with the bad one" do
    expect { Sink.new(model_class: PlainRow, batch_size: 1).write_batch([{id: 1, name: "a"}, {id: 2, name: nil}]) }.to raise_error(IOError)
    expect(PlainRow.count).to eq(0)
  end

  it "blame the row, unless the connection or a lock is to blame" do
    sink = Sink.new(model_class: PlainRow)
    blamed = ->(cause) do
      raise cause
    rescue => error
      sink.row_error?(begin
        raise IOError, error.message
      rescue IOError => wrapped
        wrapped
      end)
    end
    expect([ActiveRecord::NotNullViolation.new("x"), ActiveRecord::RecordNotUnique.new("x")].map(&blamed)).to eq([true, true])
    expect([ActiveRecord::ConnectionNotEstablished.new("x"), ActiveRecord::Deadlocked.new("x"), ActiveRecord::LockWaitTimeout.new("x")].map(&blamed)).to eq([false] * 3)
    expect([sink.row_error?(ArgumentError.new), sink.row_error?(NoMethodError.new)]).to eq([true, false])
  end
end

RSpec.describe "[commit]" do
  include ConnectorHelp

  let(:sink_end) { ActiveDataFlow::Connectors::SinkEnd.new(Sink.new(model_class: PlainRow)) }
  let(:rows) { batch_of((1..4).map { |id| {id:, name: (id == 3) ? nil : "n#{id}"} }) }

  it "gives the engine its pool, key and mode, and its own connection only" do
    expect([sink_end.pool, sink_end.key, sink_end.mode]).to eq([PlainRow.connection_pool, nil, :upsert])
    connection = PlainRow.connection
    other = Struct.new(:pool).new(Object.new)
    expect([sink_end.writing(connection) { |one| one }, sink_end.writing(other) { |one| one }, sink_end.writing(nil) { |one| one }]).to eq([connection, nil, nil])
  end

  it "keeps the good rows of a batch in which the database refuses one, in one transaction" do
    writer = sink_end.writer(rows.outputs, :upsert).tap { |one| one.prepare(rows) }
    connection = PlainRow.connection
    connection.transaction do
      expect { writer.savepoint(connection) { writer.write(connection, rows, 0, 3) } }.to raise_error(IOError) { |error|
        expect([writer.row_error?(error, connection), writer.row_of(error)]).to eq([true, nil])
      }
      [[0, 1], [3, 3]].each { |first, last| writer.savepoint(connection) { writer.write(connection, rows, first, last) } }
    end
    expect(PlainRow.order(:id).pluck(:id)).to eq([1, 2, 4])
  end

  it "goes back with the transaction" do
    writer = sink_end.writer(rows.outputs, :upsert).tap { |one| one.prepare(rows) }
    2.times do
      PlainRow.connection.transaction do
        writer.write(PlainRow.connection, rows, 0, 1)
        raise ActiveRecord::Rollback
      end
    end
    expect(PlainRow.count).to eq(0)
    PlainRow.connection.transaction { writer.write(PlainRow.connection, rows, 0, 1) }
    expect(PlainRow.count).to eq(2)
  end
end

# As an author might write it, forgetting the two colons.
class NamingSource < ActiveDataFlow::Connector::Source
  def self.constant = ActiveRecord::RecordNotFound

  def self.base = ActiveRecord::Base.connection

  def self.nonsense_constant = Nonsense

  def self.right = ::ActiveRecord::Base
end

RSpec.describe "[names]" do
  it "of the library are hidden inside of a connector, which says what to write" do
    expect { NamingSource.constant }.to raise_error(NameError,
      "inside of a connector ActiveRecord is the connector of that name, so ActiveRecord::RecordNotFound is not there. Write: ::ActiveRecord::RecordNotFound")
    expect { NamingSource.base }.to raise_error(NoMethodError, /Write: ::ActiveRecord::Base.connection/)
    expect { NamingSource.nonsense_constant }.to raise_error(NameError, /uninitialized constant NamingSource::Nonsense/)
    expect { ActiveDataFlow::Connector::Sink::ActiveRecord::RecordInvalid }.to raise_error(NameError, /Write: ::ActiveRecord::RecordInvalid/)
    expect { ActiveDataFlow::Connector::Source.nonsense }.to raise_error(NoMethodError, /undefined method .nonsense/)
    expect(NamingSource.right).to be(ActiveRecord::Base)
  end

  it "are short where a flow is written" do
    expect([ActiveDataFlow::ActiveRecordSource, ActiveDataFlow::ActiveRecordSink, ActiveDataFlow::Connector::Sink::ActiveRecordSink])
      .to eq([ActiveDataFlow::Connector::Source::ActiveRecord, ActiveDataFlow::Connector::Sink::ActiveRecord, ActiveDataFlow::Connector::Sink::ActiveRecord])
  end
end

# Between two tables, through both connectors.
class CopyFlow < ActiveDataFlow::Base
  source ActiveDataFlow::ActiveRecordSource.new(model: Product, scope: :active)
  transform(as: :hash) { |row| {id: row[:id], name: (row[:name] unless row[:name] == "p4")} }
  sink ActiveDataFlow::ActiveRecordSink.new(model_class: PlainRow)
  batch_size 3
  on_error :quarantine, budget: 1
end

RSpec.describe "[flow]" do
  include ConnectorHelp

  before do
    ActiveDataFlow.prepare_database!
    products(7)
    Product.find(2).update!(active: false)
  end

  it "writes each row once, puts aside what the database refuses, and counts" do
    run = CopyFlow.run_now
    expect(PlainRow.order(:id).pluck(:id, :name)).to eq([1, 3, 5, 6, 7].map { |id| [id, "p#{id}"] })
    expect(run).to have_attributes(cursor: "int:7", counts: include(read: 6, new: 5, rejected: 1))
    expect(run.rejects.map { |reject| [reject.row["id"], reject.stage, reject.column_name] }).to eq([[4, "write", "name"]])
    PlainRow.find(1).update!(name: "other")
    Product.find(4).update!(name: "ok")
    expect(CopyFlow.run_now.counts).to include(read: 6, new: 1, updated: 1, unchanged: 4)
  end

  it "takes a moment without a zone for UTC in a flow, whatever the application's zone is, and for that zone's elsewhere" do
    stub_const("ZonedProduct", Class.new(ActiveRecord::Base) {
      self.table_name = "products"
      self.time_zone_aware_attributes = true
    })
    given = {id: 90, name: "a", created_at: "2026-07-01 20:30:00", updated_at: "2026-07-01 20:30:00"}
    stub_const("ZonedFlow", Class.new(ActiveDataFlow::Base) {
      source [given]
      sink { Sink.new(model_class: "ZonedProduct") }
    })
    Time.use_zone("Berlin") do
      expect(Array.new(2) { ZonedFlow.run_now.counts.slice(:new, :unchanged) }).to eq([{new: 1, unchanged: 0}, {new: 0, unchanged: 1}])
      expect(Product.find(90).created_at).to eq(Time.utc(2026, 7, 1, 20, 30))
      Sink.new(model_class: "ZonedProduct").write({**given, id: 91})
      expect(Product.find(91).created_at).to eq(Time.utc(2026, 7, 1, 18, 30))
    end
  end

  it "commits rows and cursor together: after an error both are those of the batch before" do
    failing = Class.new(CopyFlow) do
      self.flow_name = "failing_copy"
      transform { |row| raise ArgumentError, "no five" if row[:id] == 5 }
      on_error :halt
    end
    stub_const("FailingCopyFlow", failing)
    Product.where(id: 4).delete_all
    expect { FailingCopyFlow.run_now }.to raise_error(ArgumentError, "no five")
    expect(PlainRow.order(:id).pluck(:id)).to eq([])
    Product.insert_all!([{id: 4, name: "four"}])
    expect { FailingCopyFlow.run_now }.to raise_error(ArgumentError, "no five")
    expect(PlainRow.order(:id).pluck(:id)).to eq([1, 3, 4])
  end
end
