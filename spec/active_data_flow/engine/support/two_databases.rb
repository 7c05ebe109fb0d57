# frozen_string_literal: true

# Run by two_databases_spec.rb for each pair of databases, the runs in the source's. At the desk:
# ADF_SPEC_DATABASE=postgresql ADF_SPEC_SINK=sqlite bin/exec rspec spec/active_data_flow/engine/support/two_databases.rb
require "bigdecimal"
require_relative "flow_database"

class FarRecord < ActiveRecord::Base
  self.abstract_class = true
end

class Thing < ActiveRecord::Base; end

class FarThing < FarRecord
  self.table_name = "things"
end

RSpec.describe "Between two databases" do
  include_context "flows in a database"

  kind = ENV.fetch("ADF_SPEC_SINK", "sqlite").to_sym

  before(:context) do
    FarRecord.establish_connection(**(Servers.fresh(kind, "far_#{Process.pid}", pool: 8) || {adapter: "sqlite3", database: File.join(FlowDatabase.folder, "far.sqlite3")}))
    ActiveDataFlow.prepare_marks!(FarRecord)
    [Thing, FarThing].each { |model| make(model.connection) }
    Thing.insert_all!(Array.new(25) { |index| thing(index + 1) })
    Thing.insert({id: 26, name: "all else is NULL"})
  end

  before { FarThing.delete_all }

  def make(connection)
    connection.create_table(:things) do |table|
      table.string :name, index: {unique: true}
      table.text :body
      table.bigint :big
      table.float :share
      table.decimal :price, precision: 12, scale: 3
      table.boolean :paid
      table.date :day
      table.datetime :at, precision: 6
      table.time :opens
      table.binary :bytes
      table.json :document
    end
  end

  def thing(id)
    {id:, name: "n#{id}", body: "ünï\n#{id}", big: 2**40 + id, share: id / 3.0, price: BigDecimal("#{id}.125"), paid: id.even?, day: Date.new(2026, 1, id),
     at: Time.utc(2026, 3, 1, 12, 0, id, 123_456), opens: Time.utc(2000, 1, 1, 10, id), bytes: "\x00\xFF#{id}".b, document: {"a" => [id, nil, {"b" => "ü"}]}}
  end

  def shown(model) = model.order(:id).map(&:attributes)

  def copy(**options, &steps)
    flow("CopyFlow") do
      source :things
      batch_size 7
      class_eval(&steps) if steps
      sink FarThing, **options
    end
  end

  it "[paths] is no pushdown, and the plan says why", unless: FlowDatabase::KIND == :sqlite && kind == :sqlite do
    expect(copy.plan.to_s).to match(/path    (copy|door|statements).*\(because source and sink are in different databases\)/)
  end

  {upsert: :unchanged, insert_only: :skipped}.each do |mode, again|
    it "[paths] keeps values of all kinds in mode #{mode}, by the primary key and by another" do
      [:id, :name].each do |key|
        FarThing.delete_all
        klass = copy(key:, mode:)
        expect([counted(klass.run_now(restart: true)), shown(FarThing)]).to eq([{read: 26, new: 26}, shown(Thing)])
        expect(counted(klass.run_now)).to eq(:read => 26, again => 26)
      end
    end
  end

  it "[paths] appends, changes what is there, and goes through blocks and models" do
    expect([counted(copy(mode: :insert).run_now), shown(FarThing)]).to eq([{read: 26, new: 26}, shown(Thing)])
    FarThing.where(id: 1..3).update_all(price: 0, document: nil)
    FarThing.where(id: 4).delete_all
    expect(counted(copy(key: :name, mode: :update_only).run_now(restart: true))).to eq(read: 26, updated: 3, unchanged: 22, skipped: 1)
    FarThing.delete_all
    blocks = copy { transform { |row| row[:body] = row[:body]&.upcase } }
    expect([counted(blocks.run_now(restart: true)), FarThing.find(2).body, FarThing.find(2).bytes]).to eq([{read: 26, new: 26}, "ÜNÏ\n2", Thing.find(2).bytes])
    expect(counted(copy(callbacks: true).run_now(restart: true))).to eq(read: 26, updated: 25, unchanged: 1)
    expect(shown(FarThing)).to eq(shown(Thing))
  end
end
