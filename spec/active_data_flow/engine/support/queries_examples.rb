# frozen_string_literal: true

RSpec.describe "[queries]" do
  include_context "flows in a database"

  before do
    orders(6)
    Order.where(id: 4..).update_all(name: "order 1", net: 2_000_000_000, updated_at: Time.utc(2024, 5, 6, 7, 8, 9))
  end

  # What a block sees of the columns that a query over orders computes.
  def seen(select)
    names = select.scan(/ AS (\w+)(?=,|\z)/).flatten.map(&:to_sym)
    [].tap do |rows|
      flow do
        source(cursor: :id) { Order.group(:name).select("min(id) AS id, name, #{select}") }
        transform { |row| rows << row.to_h.slice(*names) && row[:number] = "N#{row[:id]}" }
        keep :id, :name, :number
        sink :exports
      end.run_now
    end
  end

  it "give computed columns as what the database makes of them" do
    expect(seen("count(*) AS times, max(net) AS most, CAST(avg(id) AS decimal(8, 2)) AS mean")).to eq([
      {times: 4, most: 2_000_000_000, mean: 4}, {times: 1, most: 2, mean: 2}, {times: 1, most: 3, mean: 3}
    ])
  end

  it "give a computed column as that where one of the table has its name" do
    expect(seen("sum(net) AS net, max(id) + 0.5 AS state")).to eq([{net: 6_000_000_001, state: 6.5}, {net: 2, state: 2.5}, {net: 3, state: 3.5}])
  end

  it "give what the table has under its name as the model does" do
    expect(seen("max(updated_at) AS updated_at, upper(max(number)) AS number").first).to eq(updated_at: Time.utc(2024, 5, 6, 7, 8, 9), number: "A6")
  end

  it "give moments, truths, JSON and lists that are computed", if: FlowDatabase::KIND == :postgresql do
    expect(seen("max(updated_at) AS latest, bool_or(net > 5) AS large, jsonb_build_object('most', max(id)) AS more, array_agg(id ORDER BY id) AS ids").first(2)).to eq([
      {latest: Time.utc(2024, 5, 6, 7, 8, 9), large: true, more: {"most" => 6}, ids: [1, 4, 5, 6]}, {latest: nil, large: false, more: {"most" => 2}, ids: [2]}
    ])
  end

  it "are gone on with behind a number that is computed" do
    Order.where(id: 4..).find_each { |order| order.update_columns(name: "order #{order.id}") }
    ready = false
    klass = flow do
      source(cursor: :place) { Order.select("id + 7 AS place, id, number, name") }
      batch_size 2
      transform { |row| raise "not yet" unless ready || row[:id] < 5 }
      keep :id, :number, :name
      sink :exports
    end
    expect { klass.run_now }.to raise_error("not yet")
    expect(rows(:exports, :id).flatten).to eq([1, 2, 3, 4])
    ready = true
    expect(counted(klass.run_now)).to eq(read: 6, new: 6)
  end

  # The server says so behind the rows that it had sent before. A table that is new is read along its index.
  it "end the run by what goes wrong in the middle of them: what came before that is not all there is", if: FlowDatabase::KIND == :postgresql do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.execute("DROP TABLE IF EXISTS strokes; CREATE TABLE strokes (id bigint PRIMARY KEY, number text, name text); " \
        "INSERT INTO strokes SELECT n, 'A' || n, 'a' FROM generate_series(1, 100) n")
    end
    stub_const("Stroke", Class.new(ActiveRecord::Base))
    klass = flow do
      source(cursor: :id) { Stroke.select("id, number, name, 10 / abs(id - 50) AS net") }
      batch_size 20
      transform { |row| row[:name] += "" }
      sink :exports
    end
    expect { klass.run_now }.to raise_error(ActiveRecord::StatementInvalid, /division by zero/)
    expect([runs.last, rows(:exports, :id).size]).to eq([%w[failed int:40], 40])
    Stroke.delete(50)
    expect(klass.run_now.status).to eq("success")
    expect(rows(:exports, :id).size).to eq(99)
  end

  it "give the rows that a limit or an offset leaves in the query's own order" do
    read = ->(name, query) { [].tap { |ids| flow(name) { [source { query }, batch_size(1), sink { |row| ids << row[:id] }] }.run_now } }
    expect(read["NewestFlow", Order.order(id: :desc).limit(2)]).to eq([5, 6])
    Order.find(1).update!(name: "moved to the end of its table")
    expect(read["FirstFlow", Order.limit(3)]).to eq([1, 2, 3])
    expect(read["OldestFlow", Order.order(id: :desc).offset(4).limit(9)]).to eq([1, 2])
  end
end
