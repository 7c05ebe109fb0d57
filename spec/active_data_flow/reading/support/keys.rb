# frozen_string_literal: true

require_relative "orders"

# Sources whose keys do not come from a sequence under the table's lock, and tables that are made of several.
RSpec.describe "keys" do
  include_context "orders"

  after { %w[things things_1].each { |table| Orders.sql("DROP TABLE IF EXISTS #{table} CASCADE") } }

  # @return [Class] a flow of a table of its own
  def things(definition, **options)
    Orders.sql(definition)
    news("ThingsFlow", source: :things, **options)
  end

  def insert(session, values, table: "things") = session.do("INSERT INTO #{table} #{values}")

  def plan(flow) = flow.plan.to_s

  columns = "name text, number int, updated_at timestamp NOT NULL DEFAULT clock_timestamp()"

  describe "[partitions]" do
    let(:parts) do
      things("CREATE TABLE things (id bigserial PRIMARY KEY, #{columns}) PARTITION BY RANGE (id);
        CREATE TABLE things_1 PARTITION OF things FOR VALUES FROM (0) TO (1000)")
    end

    it "waits for who writes to a partition, by its own name or its parent's" do
      expect(plan(parts)).to include("once nobody is left who wrote to things")
      %w[things_1 things].each do |table|
        open = session
        open.do("BEGIN")
        insert(open, "(name) VALUES ('open')", table:)
        insert(session, "(name) VALUES ('behind it')")
        expect(read(parts)).to eq(0)
        open.do("COMMIT")
        expect(read(parts)).to eq(2)
      end
      expect(copies).to eq([1, 2, 3, 4])
    end

    it "waits for who writes through the parent, when a partition is read" do
      parts
      part = news("PartFlow", source: :things_1)
      open = session
      open.do("BEGIN")
      insert(open, "(name) VALUES ('open')")
      insert(session, "(name) VALUES ('behind it')", table: "things_1")
      expect(read(part)).to eq(0)
      open.do("COMMIT")
      expect(read(part)).to eq(2)
    end
  end

  describe "[settle]" do
    def doubtful(text) = match(/reads .*, what is new, \d+ s after it was seen \(settle\)\n.*settle is all that keeps rows from being missed: .*#{text}/)

    it "is what a sequence with a cache has, and the plan says so" do
      flow = things("CREATE TABLE things (id bigserial PRIMARY KEY, #{columns}); ALTER SEQUENCE things_id_seq CACHE 10", settle: 1)
      expect(plan(flow)).to doubtful("the sequence things_id_seq gives each session 10 values beforehand")
      low, high = session, session
      [low, high].each { |one| insert(one, "(name) VALUES ('first')") }
      running = Thread.new { read(flow) }
      sleep 0.4
      insert(low, "(name) VALUES ('lower, later')")
      running.value
      expect(copies).to eq([1, 2, 11])
    end

    it "is followed by waiting for those who write then" do
      flow = things("CREATE TABLE things (id bigint PRIMARY KEY, #{columns})", settle: 0.5)
      insert(session, "(id, name) VALUES (10, 'high')")
      open = session
      running = Thread.new { read(flow) }
      sleep 0.2
      open.do("BEGIN")
      insert(open, "(id, name) VALUES (5, 'low')")
      expect([running.value, copies]).to eq([0, []])
      open.do("COMMIT")
      expect([read(flow), copies]).to eq([2, [5, 10]])
    end

    it "is waited for only where there is something to read" do
      flow = things("CREATE TABLE things (id bigint PRIMARY KEY, #{columns})", settle: 3600)
      expect(read(flow)).to eq(0)
    end

    it "is ended by a signal: the run is given back, and has read nothing" do
      flow = things("CREATE TABLE things (id bigint PRIMARY KEY, #{columns})", settle: 3600)
      insert(session, "(id, name) VALUES (1, 'first')")
      ActiveRecord::Base.connection_handler.clear_all_connections!
      child = fork { run_and_leave(flow) }
      watcher = session
      sleep 0.05 until watcher.do("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_postmaster_start_time%' AND pid <> #{watcher.pid} AND state = 'idle'").any?
      Process.kill("INT", child)
      sleep 0.05 until Process.wait(child, Process::WNOHANG)
      expect($?.exitstatus).to eq(3)
      expect(stored.map { |run| [run.status, run.token, run.cursor] }).to eq([["in_progress", nil, nil]])
      expect(copies).to eq([])
    ensure
      Process.kill("KILL", child) unless $?&.pid == child
    end

    def stored = ActiveDataFlow::RunStore.for(ThingsFlow.plan.sink).runs("things")

    def run_and_leave(flow)
      trap("INT", "DEFAULT") # RSpec has one of its own
      $stderr.reopen(IO::NULL)
      flow.run_now
      exit!(1)
    rescue SignalException
      exit!(3)
    ensure
      exit!(2)
    end

    it "is all that keys of others, cycles, subscriptions of keys and views have" do
      expect(plan(things("CREATE TABLE things (id bigint PRIMARY KEY, #{columns})"))).to doubtful("values of id are made outside the database")
      Orders.sql("DROP TABLE things")
      expect(plan(things("CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY (CYCLE) PRIMARY KEY, #{columns})"))).to doubtful("begins again at its end")
      Orders.sql("DROP TABLE things")
      expect(plan(things("CREATE TABLE things (id uuid PRIMARY KEY, #{columns})"))).to doubtful("values of id are made outside the database")
      Orders.sql("CREATE VIEW order_views AS SELECT * FROM orders")
      stub_const("OrderView", Class.new(ActiveRecord::Base) { self.primary_key = "id" })
      expect(plan(news("ViewFlow", source: "OrderView"))).to doubtful("order_views is a view")
    end

    it "is not needed where an identity column gives the keys" do
      flow = things("CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, #{columns})")
      expect(plan(flow)).to include("once nobody is left who wrote to things").and(satisfy { |text| !text.include?("settle") })
    end
  end

  describe "[no order]" do
    it "is refused: what is new would stand anywhere" do
      flow = things("CREATE TABLE things (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), #{columns})")
      expect { flow.plan }.to raise_error(ActiveDataFlow::ConfigurationError,
        /things: read :new goes on behind the last value of id, and gen_random_uuid\(\) gives values in no order. Write: read :changed, by: \[:updated_at, :id\]/)
      expect(plan(changes(source: :things))).to include("what is changed")
    end

    it "is refused of a sequence that counts down" do
      flow = things("CREATE SEQUENCE down INCREMENT -1; CREATE TABLE things (id bigint PRIMARY KEY DEFAULT nextval('down'), #{columns})")
      expect { flow.plan }.to raise_error(ActiveDataFlow::ConfigurationError, /its sequence counts down/)
    ensure
      Orders.sql("DROP SEQUENCE IF EXISTS down CASCADE")
    end
  end

  describe "[moments]" do
    it "are told by the plan when they are those at which transactions began" do
      expect(plan(changes)).to include("updated_at is CURRENT_TIMESTAMP where nobody sets it: the moment a transaction began")
      Orders.sql("ALTER TABLE orders ALTER updated_at DROP DEFAULT")
      expect(plan(changes(settle: 10))).to include("what is changed, 10 s after it was written (settle), once nobody").and(satisfy { |text| !text.include?("began") })
    end
  end

  describe "[old snapshot]" do
    it "is refused: a transaction that sees nothing new cannot wait for others" do
      order("first")
      flow = news
      ActiveRecord::Base.transaction(isolation: :repeatable_read) do
        expect { flow.plan.horizon.verdict(nil, nil) }.to raise_error(ActiveDataFlow::Error, /inside a transaction of isolation level repeatable read/)
        raise ActiveRecord::Rollback
      end
    end
  end
end
