# frozen_string_literal: true

# A sink without transactions: each batch is written down before it is sent.
RSpec.describe "[announced]" do
  include_context "flows in a database"

  # Does what a service does that keeps keys: says of each request what it was told, and breaks off after some.
  def service(sent, breaks)
    Class.new(ActiveDataFlow::Connector::Sink) {
      define_singleton_method(:name) { "Service" }
      define_method(:write_batch) do |rows, idempotency_key:, replaces: nil|
        sent << [rows.map { |row| row[:id] }, idempotency_key, replaces]
        raise IOError, "no answer" if breaks.include?(sent.size)
      end
    }.new
  end

  def send_flow(sink, size = 10)
    flow("SendFlow") do
      source :orders
      keep :id, :name
      batch_size size
      sink sink
    end
  end

  it "sends the range again that was written down, under the same key, whatever the size of a batch is by then" do
    orders(24)
    sent = []
    sink = service(sent, [2])
    expect { send_flow(sink).run_now }.to raise_error(IOError)
    send_flow(sink, 4).run_now
    expect(sent.map(&:first)).to eq([[*1..10], [*11..20], [*11..20], [*21..24]])
    expect([sent[1], sent.map(&:last).uniq]).to eq([sent[2], [nil]])
  end

  it "tells the sink under which keys other rows may have come before, until the batch is committed" do
    orders(25)
    sent = []
    sink = service(sent, [2, 3, 4])
    expect { send_flow(sink).run_now }.to raise_error(IOError)
    Order.where(id: 15).update_all(name: "another")
    expect { send_flow(sink).run_now }.to raise_error(IOError)
    expect { send_flow(sink).run_now }.to raise_error(IOError)
    Order.where(id: 12).delete_all
    send_flow(sink).run_now
    expect(sent.map(&:first)).to eq([[*1..10], [*11..20], [*11..20], [*11..20], [11, *13..21], [*22..25]])
    keys = sent.map { |_rows, key, _replaces| key }
    expect(keys.uniq.size).to eq(5)
    expect([keys[2], sent.map(&:last)]).to eq([keys[3], [nil, nil, [keys[1]], [keys[1]], [keys[1], keys[2]], nil]])
  end

  it "tells it also where the rows that were announced are gone, and their page is empty" do
    pages = {nil => [[1, 2], "b"], "b" => [[3, 4], "c"], "c" => [[5], nil]}
    api = Class.new(ActiveDataFlow::Connector::Source) {
      define_method(:fetch) { |after:, **| pages.fetch(after).then { |ids, cursor| ActiveDataFlow::Connector::Source::Page.new(ids.map { |id| {id:, name: "n"} }, cursor:) } }
    }.new
    sent = []
    sink = service(sent, [2])
    klass = flow("SendFlow") do
      source api
      sink sink
    end
    expect { klass.run_now }.to raise_error(IOError)
    pages["b"] = [[], "c"]
    klass.run_now
    expect(sent.map(&:first)).to eq([[1, 2], [3, 4], [5]])
    expect(sent.map(&:last)).to eq([nil, nil, [sent[1][1]]])
  end
end
