# frozen_string_literal: true

require_relative "orders"

# Transactions of others that are open while a flow reads what is new. Each with rows that stay in the database, and with
# rows that come through this process.
RSpec.describe "reading beside open writers" do
  include_context "orders"

  # @return [Orders::Session] with a row in it that is not committed
  def writer(name = "open", program: "their program")
    session(program).tap { |session| session.do("BEGIN; INSERT INTO orders (name) VALUES ('#{name}')") }
  end

  def committed = Orders::Order.order(:id).pluck(:id)

  def wait_until = (sleep 0.01 until yield)

  shared_examples "no row is lost" do |ruby|
    let(:flow_of_news) { news(ruby:) }

    it "[held open] waits for a transaction over two runs, says who it is, and reads all when it has ended" do
      order("first")
      open = writer(program: "slow import")
      order("behind it")
      2.times do
        run = flow_of_news.run_now
        expect([run.status, run.note]).to match(["success", /rows up to 3 wait for pid #{open.pid} \(slow import, user postgres, idle in transaction, open since \d\d:/])
      end
      expect(log.string).to include("pid #{open.pid}")
      expect(copies).to eq([])
      open.do("COMMIT")
      run = flow_of_news.run_now
      expect([copies, run.counts[:read], run.note]).to eq([[1, 2, 3], 3, nil])
      expect(read(flow_of_news)).to eq(0)
    end

    it "[ends meanwhile] reads at once what a transaction commits while it is waited for" do
      open = writer
      order("behind it")
      flow = flow_of_news
      running = Thread.new { read(flow) }
      sleep 0.3
      expect(copies).to eq([])
      open.do("COMMIT")
      expect([running.value, copies]).to eq([2, [1, 2]])
    end

    it "[hammered] has each committed row once, however others write while it runs again and again" do
      writing = 4.times.map do |number|
        session = session("writer #{number}")
        random = Random.new(number)
        Thread.new { 60.times { transaction(session, random) } }
      end
      flow = news(ruby:, rows: 40)
      read = 0
      read += read(flow) while writing.any?(&:alive?)
      writing.each(&:value)
      read += read(flow)
      expect(read).to eq(committed.size)
      expect(copies).to eq(committed)
      expect(Copy.distinct.pluck(:writes)).to eq([1])
    end

    # Some rows, a savepoint that may be rolled back, a pause, and an end.
    def transaction(session, random)
      session.do("BEGIN")
      random.rand(1..4).times { session.do("INSERT INTO orders (name) SELECT 'row' FROM generate_series(1, #{random.rand(1..3)})") }
      sleep(random.rand * 0.2) if random.rand < 0.2
      session.do("SAVEPOINT a; INSERT INTO orders (name) VALUES ('inside'); #{"ROLLBACK TO a;" if random.rand < 0.5} INSERT INTO orders (name) VALUES ('after')")
      session.do((random.rand < 0.2) ? "ROLLBACK" : "COMMIT")
    end
  end

  context "where rows stay in the database" do
    include_examples "no row is lost", false
  end

  context "where rows come through this process" do
    include_examples "no row is lost", true

    it "[proven] reads up to where the run before had to wait, though others write by now" do
      first = writer
      order("behind it")
      expect(read(flow_of_news)).to eq(0)
      second = writer("second")
      order("behind the second")
      first.do("COMMIT")
      run = flow_of_news.run_now
      expect([run.counts[:read], run.note]).to match([2, /\Aread up to 2 only: rows up to 4 wait for pid #{second.pid} /])
      second.do("COMMIT")
      expect([read(flow_of_news), copies]).to eq([2, [1, 2, 3, 4]])
    end

    it "[always written] goes on where somebody always writes" do
      open = writer
      3.times do |n|
        order("behind it")
        read(flow_of_news)
        following = writer
        open.do("COMMIT")
        open = following
      end
      expect(read(flow_of_news)).to be > 0
      open.do("COMMIT")
    end

    it "[older transaction] sees the row of a younger transaction with a lower key" do
      older = session
      older.do("BEGIN")
      older.do("SELECT pg_current_xact_id()")
      younger = writer
      older.do("INSERT INTO orders (name) VALUES ('older, with a higher key')")
      older.do("COMMIT")
      expect(read(flow_of_news)).to eq(0)
      younger.do("COMMIT")
      expect([read(flow_of_news), copies]).to eq([2, [1, 2]])
    end

    it "[younger snapshot] sees the row of an older transaction with a higher key" do
      older = session
      older.do("BEGIN")
      older.do("SELECT pg_current_xact_id()")
      order("younger")
      older.do("INSERT INTO orders (name) VALUES ('older, with a higher key')")
      order("last")
      expect(read(flow_of_news)).to eq(0)
      older.do("COMMIT")
      expect([read(flow_of_news), copies]).to eq([3, [1, 2, 3]])
    end

    it "[sleeping trigger] waits for a row whose trigger takes its time" do
      Orders.sql <<~SQL
        CREATE FUNCTION pg_temp_sleep() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN IF NEW.name = 'slow' THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END $$;
        CREATE TRIGGER sleeps BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION pg_temp_sleep();
      SQL
      slow = session
      sleeping = slow.begin("INSERT INTO orders (name) VALUES ('slow')")
      wait_until { session.do("SELECT 1 FROM pg_stat_activity WHERE pid = #{slow.pid} AND wait_event = 'PgSleep'").any? }
      order("fast")
      expect([read(flow_of_news), copies]).to eq([2, [1, 2]])
      sleeping.value
    ensure
      Orders.sql("DROP FUNCTION IF EXISTS pg_temp_sleep CASCADE")
    end

    it "[savepoints] waits for what a savepoint has left, and not for what was rolled back" do
      session = writer
      session.do("SAVEPOINT a; INSERT INTO orders (name) VALUES ('rolled back'); ROLLBACK TO a; INSERT INTO orders (name) VALUES ('kept')")
      order("behind it")
      expect(read(flow_of_news)).to eq(0)
      session.do("COMMIT")
      expect([read(flow_of_news), copies]).to eq([3, [1, 3, 4]])
      session.do("BEGIN; SAVEPOINT a; INSERT INTO orders (name) VALUES ('rolled back'); ROLLBACK TO a")
      order("behind it")
      run = flow_of_news.run_now
      expect([run.counts[:read], run.note]).to eq([1, nil])
      session.do("INSERT INTO orders (name) VALUES ('after all'); COMMIT")
      expect([read(flow_of_news), copies]).to eq([1, committed])
    end

    it "[rolled back] goes on when the one it waits for rolls back, or its session ends" do
      [->(open) { open.do("ROLLBACK") }, ->(open) { session.do("SELECT pg_terminate_backend(#{open.pid})") }].each do |ending|
        open = writer
        order("behind it")
        flow = flow_of_news
        running = Thread.new { read(flow) }
        sleep 0.2
        ending.call(open)
        expect(running.value).to eq(1)
      end
      expect(copies).to eq(committed)
    end

    it "[prepared] waits for a transaction whose commit was prepared, under whatever name" do
      open = writer
      order("behind it")
      flow = flow_of_news
      running = Thread.new { flow.run_now }
      sleep 0.3
      open.do("PREPARE TRANSACTION 'theirs'")
      expect([running.value.counts[:read], running.value.note]).to match([0, /a prepared transaction "theirs"/])
      expect(read(flow)).to eq(0)
      open.do("COMMIT PREPARED 'theirs'")
      expect([read(flow), copies]).to eq([2, [1, 2]])
    end

    it "[another table] is not held back by who writes elsewhere, or only reads here" do
      session.do("BEGIN; INSERT INTO others (name) VALUES ('open')")
      reader = session
      reader.do("BEGIN; SELECT * FROM orders")
      order("first")
      run = flow_of_news.run_now
      expect([run.counts[:read], run.note]).to eq([1, nil])
    end
  end

  describe "[restarted]" do
    it "takes every transaction for ended that was open before the server was started" do
      kept = sighting(%w[3/4 -1/77], boot: "monday")
      expect(kept.later(%w[3/4 -1/77], "monday")).to have_attributes(writers: %w[3/4 -1/77], proven?: false)
      expect(kept.later(%w[3/4 -1/77], "tuesday")).to have_attributes(writers: %w[-1/77], proven?: false)
      expect(kept.later(%w[3/4], "tuesday")).to be_proven
    end

    it "waits for a transaction that was prepared before, under its new name" do
      expect(sighting(%w[3/4], boot: "monday").later(%w[-1/78], "tuesday").writers).to eq(%w[-1/78])
      expect(sighting(%w[3/4]).later(%w[3/4 -1/78], "monday").writers).to eq(%w[3/4])
      expect(sighting([]).later(%w[-1/78], "monday")).to be_proven
    end

    def sighting(writers, boot: "monday") = ActiveDataFlow::ActiveRecord::Postgresql::Sighting.new(upto: ["7"], writers:, boot:)
  end

  describe "[changed]" do
    it "waits for who has changed a row, and reads it then" do
      3.times { |n| order("first", updated_at: 1.hour.ago + n) }
      flow = changes
      expect(read(flow)).to eq(3)
      open = session
      open.do("BEGIN; UPDATE orders SET name = 'second', updated_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = 1")
      Order.find(3).update!(name: "second")
      run = flow.run_now
      expect([run.counts[:read], run.note]).to match([0, /pid #{open.pid}/])
      open.do("COMMIT")
      expect([read(flow), Copy.order(:id).pluck(:name)]).to eq([2, %w[second first second]])
    end

    it "has every change in the end, however others change rows while it runs again and again" do
      Orders.sql("INSERT INTO orders (name, updated_at) SELECT 'first', now() - interval '1 hour' FROM generate_series(1, 300)")
      writing = 3.times.map do |number|
        session, random = session("writer #{number}"), Random.new(number)
        Thread.new { 40.times { |n| change(session, random, "#{number}.#{n}") } }
      end
      flow = changes(rows: 50, ruby: true)
      read(flow) while writing.any?(&:alive?)
      writing.each(&:value)
      read(flow)
      expect(Copy.order(:id).pluck(:name)).to eq(Order.order(:id).pluck(:name))
      expect(read(flow)).to eq(0)
    end

    # Rows in the order of their ids, so that nobody waits for each other for ever.
    def change(session, random, name)
      session.do("BEGIN")
      Array.new(random.rand(1..3)) { random.rand(1..300) }.sort.each do |id|
        session.do("UPDATE orders SET name = '#{name}', updated_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = #{id}")
      end
      sleep(random.rand * 0.2) if random.rand < 0.3
      session.do((random.rand < 0.2) ? "ROLLBACK" : "COMMIT")
    end
  end
end
