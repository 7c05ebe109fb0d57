# frozen_string_literal: true

RSpec.describe "[looking]" do
  include_context "flows in a database"

  it "shows one row at least" do
    klass = flow do
      source :orders
      sink :exports
    end
    [0, -1, nil].each { |count| expect { klass.preview(rows: count) }.to raise_error(ArgumentError, /preview shows at least one row, not #{count.inspect}\. Write: preview\(rows: 20\)/) }
  end

  before { orders(30) }

  def export(&more)
    flow do
      source :orders
      class_eval(&more) if more
      sink :exports
    end
  end

  it "prints what a run would do, and names its path" do
    klass = flow do
      has_attribute :country, :string
      source :orders, order: :desc
      rename name: :note
      transform { |row| row[:net] = row[:net] + 1 }
      on_error :quarantine, budget: 5
      batch_size 500
      sink :exports, key: :number, mode: :insert_only
    end
    lines = klass.plan(country: "DE").to_s.lines(chomp: true)
    expect(lines.first).to eq('OrderExportFlow(country "DE")')
    expect(lines).to include(/\A  reads   orders by id desc, all of it\z/, /\A {10}rename name: note \(looking_examples\.rb:\d+\)\z/,
      /\A {10}transform in Ruby \(looking_examples\.rb:\d+\)\z/, /\A  writes  exports by number, mode :insert_only\z/,
      /\A  batches up to 500 rows, quarantine bad rows, budget 5\z/)
    expect(lines.grep(/\A  path/).first).to match({sqlite: /door/, postgresql: /copy/, mysql: /into a temporary table/}.fetch(FlowDatabase::KIND))
    expect(runs).to eq([])
  end

  it "shows what rows would become, and writes nothing" do
    klass = export do
      transform do |row|
        row.filter_out if row[:id] == 2
        raise "no" if row[:id] == 3
        row[:name] = row[:name].upcase
      end
    end
    entries = klass.preview(rows: 4)
    expect(entries.map { |entry| entry.before.slice(:id, :name) }).to eq((1..4).map { |id| {id:, name: "order #{id}"} })
    expect(entries.map { |entry| entry.after&.fetch(:name) }).to eq(["ORDER 1", nil, nil, "ORDER 4"])
    expect(entries.map(&:reason)).to eq([nil, "filtered", "RuntimeError: no", nil])
    expect(klass.preview.size).to eq(20)
    expect([rows(:exports, :id), runs]).to eq([[], []])
  end

  it "previews nothing of an empty source" do
    Order.delete_all
    expect(export.preview).to eq([])
  end

  it "reads each value as the model does" do
    seen = []
    Order.where(id: 1).update_all(created_at: Time.utc(2020, 1, 2, 3, 4, 5.678r))
    export { transform { |row| seen << row[:created_at] } }.preview(rows: 1)
    expect(seen).to eq([Time.utc(2020, 1, 2, 3, 4, 5.678r)])
  end

  it "leaves untouched columns byte for byte what they were" do
    name = " \u00DCn\u00EFc\u00F6de 'quoted' \\ \t\n\u{1F600}\\N "
    Order.where(id: 1).update_all(name:, created_at: Time.utc(2020, 1, 2, 3, 4, 5, 6.7r))
    export { transform { |row| row[:net] = row[:name].size } }.run_now
    columns = "name, CAST(created_at AS #{(FlowDatabase::KIND == :mysql) ? "char" : "text"})"
    expect(rows(:exports, columns).first).to eq(rows(:orders, columns).first)
    expect(Export.find(1).name).to eq(name)
  end
end
