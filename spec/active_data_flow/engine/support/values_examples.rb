# frozen_string_literal: true

# MariaDB's JSON is a text, and to ActiveRecord no more than that.
RSpec.describe "[values]", unless: FlowDatabase::KIND == :mysql do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %i[drafts letters].each do |name|
        next if connection.table_exists?(name)

        connection.create_table(name) do |table|
          table.string :title
          (FlowDatabase::KIND == :postgresql) ? table.jsonb(:doc) : table.json(:doc)
        end
      end
    end
  end

  before do
    %w[Draft Letter].each { |name| stub_const(name, Class.new(ActiveRecord::Base) { self.table_name = name.tableize }).delete_all }
  end

  # @return [ActiveDataFlow::Run] of a flow from drafts to letters
  def copy(rows = :drafts, &block)
    flow("LetterFlow") do
      source rows
      sink :letters
      class_eval(&block)
    end.run_now
  end

  describe "of JSON" do
    let(:docs) { ["123", "str", "null", "", "{\"a\":1}", "<é>", 5, 1.5, true, [1, "2"], {"a" => {"b" => "3"}}] }

    before { docs.each { |doc| Draft.create!(doc:) } }

    {
      "a row" => -> { transform { |row| 2.times { row[:doc] = row[:doc].itself } } },
      "a Hash" => -> { transform(as: :hash) { |row| row.merge(doc: row[:doc], title: "new") } },
      "a changed Hash" => -> { transform(as: :hash) { |row| (row[:id] == -1) ? row.merge(doc: 1) : row } },
      "a batch" => -> { transform_batch { |batch| 2.times { batch[:doc] = batch[:doc].itself } } },
      "a batch that may be split" => lambda {
        on_error :quarantine, budget: 1
        transform_batch { |batch| 2.times { batch[:doc] = batch[:doc].itself } }
      }
    }.each do |form, steps|
      it "stay what they are where #{form} gives them back" do
        Draft.insert({id: -1, doc: 7})
        expect(copy { instance_exec(&steps) }.counts).to include(read: 12, new: 12)
        expect(Letter.order(:id).pluck(:doc).drop(1)).to eq(docs)
        expect(copy { instance_exec(&steps) }.counts).to include(unchanged: 12)
      end
    end

    it "are what a block assigns, text as well, as a model would have it" do
      copy { transform { |row| row[:doc] = (row[:id] == Draft.first.id) ? "12" : {"is" => row[:doc]} } }
      expect(Letter.order(:id).pluck(:doc)).to eq(["12", *docs.drop(1).map { |doc| {"is" => doc} }])
    end
  end

  describe "of a type that is the application's own" do
    before do
      amount = Data.define(:cents)
      type = Class.new(ActiveRecord::Type::String) {
        define_method(:cast) { |value| (value.nil? || value.is_a?(amount)) ? value : amount.new(value.delete(".")) }
        define_method(:deserialize) { |value| value && amount.new(value) }
        define_method(:serialize) { |value| cast(value)&.cents }
      }
      stub_const("Amount", amount)
      [Draft, Letter].each { |model| model.attribute(:title, type.new) }
      Draft.create!(id: 1, title: "12.50")
    end

    it "are seen as its model has them, and may be given back, or made anew" do
      seen = []
      expect(counted(copy { transform { |row| seen << row[:title] && row[:title] = row[:title].itself } })).to eq(read: 1, new: 1)
      expect(seen).to eq([Amount.new("1250")])
      expect(counted(copy { transform(as: :hash) { |row| row } })).to eq(read: 1, unchanged: 1)
      expect(counted(copy { transform_batch { |batch| batch[:title] = [Amount.new("99")] } })).to eq(read: 1, updated: 1)
      expect(rows(:letters, :title)).to eq([["99"]])
    end
  end

  describe "of types that only PostgreSQL has", if: FlowDatabase::KIND == :postgresql do
    before(:context) do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        %i[drafts letters].each do |name|
          next if connection.column_exists?(name, :tags)

          connection.change_table(name) do |table|
            {tags: "varchar[]", numbers: "integer[]", days: "date[]", docs: "jsonb[]", moments: "timestamp[]", prices: "numeric[]", span: "interval",
             range: "int4range", time_range: "tsrange", address: "inet", place: "point", bits: "bit(3)", paid: "money", text: "xml", share: "double precision", opens: "time",
             single: "real", whole: "numeric(8,0)", long: "numeric(38,0)"}.each { |column, type| table.column column, type }
          end
        end
      end
    end

    let(:names) { Draft.column_names.drop(3).map(&:to_sym) }
    let(:values) do
      [{tags: ["a", nil, "b,\"c\\", "", "NULL", "ü"], numbers: [1, nil], days: [Date.new(2024, 2, 29)], docs: [{"a" => [1]}, "x", 5], moments: [Time.utc(2024, 1, 1, 1, 1, 1, 500_001)],
        prices: [BigDecimal("1.50")], span: 90.minutes + 1.5, range: 1...6, time_range: Time.utc(2024)...Time.utc(2025), address: IPAddr.new("10.0.0.1"), place: ActiveRecord::Point.new(1.5, 2.0),
        bits: "101", paid: BigDecimal("12.5"), text: "<a/>", share: 0.1, opens: Time.utc(2000, 1, 1, 10, 0, 0, 500_000),
        single: 0.1, whole: 7, long: 10**30},
        {tags: [], numbers: [[1, 2], [3, 4]], range: 1...Float::INFINITY, address: IPAddr.new("10.0.0.0/8")}]
    end

    def read(model) = model.order(:id).map { |record| record.attributes.symbolize_keys.slice(*names).compact }

    before do
      [Draft, Letter].each(&:reset_column_information)
      values.each { |row| Draft.create!(row) }
    end

    it "are seen as ActiveRecord casts them, and stay what they are where they are given back" do
      expect(read(Draft)).to eq(values)
      seen = []
      all = names
      steps = [-> { transform { |row| seen << all.to_h { |name| [name, row[name]] }.compact && all.each { |name| row[name] = row[name].itself } } },
        -> { transform(as: :hash) { |row| row.merge(title: "new") } },
        lambda {
          on_error :quarantine, budget: 1
          transform_batch { |batch| all.each { |name| batch[name] = batch[name].itself } }
        }]
      steps.each do |step|
        Letter.delete_all
        expect(copy { instance_exec(&step) }.counts).to include(read: 2, new: 2)
        expect(read(Letter)).to eq(values)
        expect(copy { instance_exec(&step) }.counts).to include(unchanged: 2)
      end
      expect(seen.take(2)).to eq(values)
    end

    it "have changed where PostgreSQL has no equality for them, or one that says something else" do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        %w[shapes shape_copies].each { |name| connection.execute("DROP TABLE IF EXISTS #{name}; CREATE TABLE #{name} (id bigint PRIMARY KEY, area box, round circle, way path, docs json[])") }
        connection.execute("INSERT INTO shapes VALUES (1, '(2,3),(0,0)', '<(0,0),1>', '((0,0),(1,1))', ARRAY['{\"a\": 1}'::json])")
      end
      flows = [flow("ShapeFlow") { source(:shapes) && sink(:shape_copies) }, flow("CarriedShapeFlow") { [source(:shapes), transform { |_row| }, sink(:shape_copies)] }]
      expect(counted(flows[0].run_now)).to eq(read: 1, new: 1)
      flows.zip(["area = '(3,2),(0,0)', docs = ARRAY['{\"a\": 2}'::json]", "round = '<(5,5),1>', way = '((2,2),(3,3))'"]) do |klass, change|
        ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE shapes SET #{change}") }
        expect(counted(klass.run_now)).to eq(read: 1, updated: 1)
        expect(counted(klass.run_now)).to eq(read: 1, unchanged: 1)
      end
      columns = %w[area round way docs].map { |name| "#{name}::text" }
      expect(rows(:shape_copies, *columns)).to eq(rows(:shapes, *columns))
    end

    it "are numbers in a file of JSON, where they are some" do
      path = File.join(FlowDatabase.folder, "shares.jsonl")
      flow("ShareFlow") do
        source :drafts
        keep :share, :opens
        sink { ActiveDataFlow::JSONLSink.new(path) }
      end.run_now
      expect(File.readlines(path, chomp: true)).to eq(['{"share":0.1,"opens":"10:00:00.500000"}', '{"share":null,"opens":null}'])
    end

    it "of four bytes are the digits that ActiveRecord reads, in whatever column they come, on either path" do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.execute("DROP TABLE IF EXISTS singles, doubles; CREATE TABLE singles (id bigint PRIMARY KEY, a real, b real, c real, d real, e numeric(8,0), f numeric(38,0))")
        connection.execute("CREATE TABLE doubles (id bigint PRIMARY KEY, a real, b double precision, c numeric, d text, e text, f text, g double precision)")
        connection.execute("INSERT INTO singles SELECT n, v, v, v, v, 7, 1e30 FROM (VALUES (1, 0.1::real), (2, 123456.78), (3, -1e-30), (4, 16777217), (5, 'NaN'), (6, 3.4e38), (7, NULL)) AS all_of_them (n, v)")
      end
      kept = lambda do
        source :singles
        derive(:g) { |row| row[:a] * 2 }
        on_error :quarantine, budget: 1
      end
      path = File.join(FlowDatabase.folder, "singles.jsonl")
      whole = flow("WholeSingles") { [instance_exec(&kept), sink(:doubles)] }
      pushed = flow("PushedSingles") { [instance_exec(&kept), keep(:id, :a, :g), sink(:doubles)] }
      carried = flow("CarriedSingles", pushed) { transform { |_row| } }
      filed = flow("FiledSingles") { [source(:singles), filter { |row| row[:id] < 4 }, keep(:id, :a, :e, :f), sink { ActiveDataFlow::JSONLSink.new(path) }] }
      outcomes = [pushed, carried, whole].map do |klass|
        ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM doubles") }
        [klass.run_now.status, rows(:doubles, :id, *%i[a b c d e f g].map { |name| "#{name}::text" })]
      end
      expect([pushed, carried].map { |klass| klass.plan.path_name }).to match([/\Apushdown/, /\Acopy/])
      expect(outcomes[0]).to eq(outcomes[1])
      expect(outcomes[0].last.map { |row| row.values_at(0, 1, 7) }).to eq(outcomes[2].last.map { |row| row.values_at(0, 1, 7) })
      expect(outcomes[2].last.take(2)).to eq([[1, "0.1", "0.1", "0.1", "0.1", "7", "1#{"0" * 30}", "0.2"],
        [2, "123456.78", "123456.78", "123456.78", "123456.78", "7", "1#{"0" * 30}", "246913.56"]])
      [pushed, carried, whole].each { |klass| expect(counted(klass.run_now)).to eq(read: 7, unchanged: 7) }
      filed.run_now
      expect(File.readlines(path).first).to eq(%({"id":1,"a":0.1,"e":7,"f":1#{"0" * 30}}\n))
    end

    it "are changed as Ruby changes them" do
      copy { transform { |row| (row[:tags] += ["z"]) && row[:span] && row[:span] *= 2 } }
      expect(Letter.order(:id).pluck(:tags, :span)).to eq([[[*values.first[:tags], "z"], 3.hours + 3], [["z"], nil]])
    end

    it "go as arrays into columns of arrays, wherever they are from" do
      rows = [{id: 1, tags: ["a", nil, "b,\"c"], numbers: [1, "2"], docs: [{a: 1}]}, {id: 2, tags: [], numbers: "{3}"}, {id: 3, numbers: ["x"]}, {id: 4, tags: %w[old]}]
      run = copy(rows) do
        on_error :quarantine, budget: 1
        transform { |row| row[:tags] = [:new] if row[:id] == 4 }
      end
      expect(counted(run)).to eq(read: 4, new: 3, rejected: 1)
      expect(run.rejects.first).to have_attributes(position: "int:3", stage: "write", reason: /invalid input syntax for type integer: "x"/)
      expect(Letter.order(:id).pluck(:tags, :numbers, :docs)).to eq([[["a", nil, "b,\"c"], [1, 2], [{"a" => 1}]], [[], [3], nil], [["new"], nil, nil]])
    end
  end

  it "are computed as decimals with a number that is written with a point, and as floats where a column is one" do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %w[bills bill_sums].each do |name|
        connection.create_table(name) do |table|
          table.decimal :net, precision: 10, scale: 2
          table.float :share
          table.string :rest
        end
      end
      connection.execute("INSERT INTO bills (id, net, share) VALUES (1, 0.35, 0.35), (2, 99999999.99, 0.5), (3, NULL, NULL)")
    end
    sums = flow("SumFlow") do
      source :bills
      derive(:rest) { |row| ((row[:net].coalesce(0.0) + 1_000_000_000) * 1000).round(2).concat("") }
      derive(:net) { |row| (row[:net] * 0.1).round(2) }
      derive(:share) { |row| row[:share].coalesce(0.5) }
      sink :bill_sums
    end
    sums.run_now
    expect(rows(:bill_sums, :id, :net, :share, :rest).map { |id, net, *more| [id, net&.to_f, *more] })
      .to eq([[1, 0.04, 0.35, "1000000000350.00"], [2, 10_000_000.0, 0.5, "1099999999990.00"], [3, nil, 0.5, "1000000000000.00"]])
    shares = flow("ShareFlow") { [source(:bills), filter { |row| row[:share] < 0.4 }, keep(:id, :share), sink(:bill_sums)] }
    expect(counted(shares.run_now)).to eq(read: 3, unchanged: 1, filtered: 2)
    expect(shares.plan.path_name).to start_with("pushdown")
  end

  it "raise where they are changed in place, which nobody would hear of" do
    Draft.create!(title: "a", doc: {"list" => ["x"], "text" => "y"})
    [->(row) { row[:title] << "!" }, ->(row) { row[:title].upcase! }, ->(row) { row[:doc]["more"] = 1 },
      ->(row) { row[:doc]["list"] << 2 }, ->(row) { row[:doc]["text"] << "!" }].each do |change|
      expect { copy { transform { |row| change.call(row) } } }.to raise_error(FrozenError)
    end
    copy { transform { |row| row[:title] += "!" } }
    copy([{id: 2, title: +"mine"}]) { transform { |row| row[:title] = row[:title].upcase } }
    expect(Letter.order(:id).pluck(:title, :doc)).to eq([["a!", {"list" => ["x"], "text" => "y"}], ["MINE", nil]])
  end
end
