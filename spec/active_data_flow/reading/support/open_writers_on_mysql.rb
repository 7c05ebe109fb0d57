# frozen_string_literal: true

require_relative "orders"

# A session of somebody else's.
class TheirSession < SimpleDelegator
  def initialize
    require "trilogy"
    super(Trilogy.new(**Orders.config.slice(:socket, :username, :database)))
    query("SET time_zone = '+00:00'")
  end

  def do(*statements) = statements.map { |sql| query(sql).to_a }.last
end

# Transactions of others that are open while a flow reads what is new, on InnoDB.
RSpec.describe "reading beside open writers on MariaDB" do
  include_context "orders"

  def session = TheirSession.new.tap { |session| sessions << session }

  # @return [TheirSession] with a row in it that is not committed
  def writer = session.tap { |session| session.do("BEGIN", "INSERT INTO orders (name) VALUES ('open')") }

  def committed = Orders::Order.order(:id).pluck(:id)

  it "[held open] reads nothing behind a transaction, says so, and reads all when it has ended" do
    order("first")
    open = writer
    order("behind it")
    2.times do
      run = news.run_now
      expect([run.status, run.note]).to match(["success", /\Anothing was read: somebody has written rows of orders up to 3 and not committed them/])
    end
    expect(copies).to eq([])
    open.do("COMMIT")
    run = news.run_now
    expect([copies, run.counts[:read], run.note]).to eq([[1, 2, 3], 3, nil])
  end

  it "[ends meanwhile] reads at once what a transaction commits while it is waited for" do
    open = writer
    order("behind it")
    flow = news
    running = Thread.new { read(flow) }
    sleep 0.3
    expect(copies).to eq([])
    open.do("COMMIT")
    expect([running.value, copies]).to eq([2, [1, 2]])
  end

  it "[rolled back] goes on when the one it waits for rolls back, or its session ends" do
    one, other = writer, writer
    order("behind them")
    expect(read(news)).to eq(0)
    one.do("ROLLBACK")
    other.close
    expect([read(news), copies]).to eq([1, [3]])
  end

  it "[several at once] waits for a statement that has taken keys and not come to all of its rows" do
    Orders.sql("CREATE TRIGGER slowly BEFORE INSERT ON orders FOR EACH ROW SET @slept = IF(NEW.name = 'slow', SLEEP(0.3), 0)")
    slow = session
    statement = Thread.new { slow.do("INSERT INTO orders (name) VALUES ('quick'), ('slow'), ('slow'), ('slow')") }
    sleep 0.2
    order("behind it")
    expect(read(news)).to be_between(0, 5)
    statement.value
    read(news)
    expect(copies).to eq(committed)
  end

  it "[another table] is not held back by who writes elsewhere, or only reads here" do
    session.do("BEGIN", "SELECT * FROM orders", "INSERT INTO others (name) VALUES ('elsewhere')")
    order("first")
    expect(news.run_now).to have_attributes(note: nil, counts: include(read: 1))
  end

  it "[changed] waits for who has changed a row, and reads it then" do
    2.times { order("first") }
    expect(read(changes)).to eq(2)
    open = session.tap { |one| one.do("BEGIN", "UPDATE orders SET name = 'changed', updated_at = UTC_TIMESTAMP(6) WHERE id = 1") }
    order("behind it")
    expect(read(changes)).to eq(0)
    open.do("COMMIT")
    expect([read(changes), Copy.find(1).name]).to eq([2, "changed"])
  end

  it "[old snapshot] refuses to wait inside a transaction, which sees nothing new" do
    order("first")
    flow = news
    ActiveRecord::Base.transaction do
      expect { flow.run_now }.to raise_error(ActiveDataFlow::Error, /this thread is inside a transaction, which sees the rows as it found them\. Run the flow outside of it/)
    end
  end

  it "[hammered] has each committed row once, however others write while it runs again and again" do
    writing = 4.times.map do |number|
      session = session()
      random = Random.new(number)
      Thread.new { 60.times { transaction(session, random) } }
    end
    flow = news(rows: 40)
    read = 0
    read += read(flow) while writing.any?(&:alive?)
    writing.each(&:value)
    read += read(flow)
    expect([read, copies]).to eq([committed.size, committed])
    expect(Copy.distinct.pluck(:writes)).to eq([1])
  end

  # Some rows, a savepoint that may be rolled back, a pause, and an end.
  def transaction(session, random)
    session.do("BEGIN")
    random.rand(1..4).times { session.do("INSERT INTO orders (name) VALUES #{(["('row')"] * random.rand(1..3)).join(", ")}") }
    sleep(random.rand * 0.2) if random.rand < 0.2
    session.do("SAVEPOINT a", "INSERT INTO orders (name) VALUES ('inside')", *("ROLLBACK TO a" if random.rand < 0.5), "INSERT INTO orders (name) VALUES ('after')")
    session.do((random.rand < 0.2) ? "ROLLBACK" : "COMMIT")
  end
end
