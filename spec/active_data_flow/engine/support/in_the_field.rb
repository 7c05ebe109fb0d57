# frozen_string_literal: true

require_relative "flow_database"
require_relative "flow_at_work"

# Databases and programs as they are met: run by ../in_the_field_spec.rb, each kind of them in a process of its own.
RSpec.describe "[deferred]", if: FlowDatabase::KIND == :sqlite do
  include_context "flows in a database"

  # @yield where transactions are begun
  # @return [Array<String>] the first statement of each
  def openings
    begun = false
    firsts = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") do |event|
      sql = event.payload[:sql]
      firsts << sql if begun && !sql.match?(/\A(SAVEPOINT|BEGIN)/i)
      begun = sql.match?(/\ABEGIN/i) || (begun && sql.match?(/\ASAVEPOINT/i))
    end
    yield
    firsts
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  # A transaction that has read cannot write any more once somebody else has written, and no patience helps it.
  it "opens each commit with a write, so that it waits for other writers instead of failing" do
    orders(250)
    klass = flow do
      source :orders
      batch_size 100
      sink :exports, key: :number
    end
    firsts = openings { klass.run_now }
    expect(firsts.size).to be >= 3
    expect(firsts).to all(match(/\A(INSERT|UPDATE|DELETE)/))
  end
end

RSpec.describe "[timeout]", if: FlowDatabase::KIND == :postgresql do
  include_context "flows in a database"

  def slowness(seconds)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.execute("CREATE OR REPLACE FUNCTION slowness() RETURNS double precision LANGUAGE sql STABLE AS 'SELECT #{seconds}::double precision'")
    end
  end

  it "ends a run whose statement takes longer, with the database's words, and the next run goes on where it was" do
    orders(300)
    slowness(0.1)
    klass = flow do
      source :orders, scope: -> { where("id <= 200 OR pg_sleep(slowness()) IS NOT NULL") }
      batch_size 100
      sink :exports
    end
    error = raised { klass.run_now }
    expect(error.message).to include("canceling statement due to statement timeout")
    expect(klass.runs.first.status).to eq("failed")
    written = rows(:exports, :id).size
    expect(written).to be_between(100, 200)
    slowness(0)
    seen = []
    run = klass.run_now { |progress| seen << progress.counts[:read] }
    expect([seen.first, counted(run)]).to match([be > written, {read: 300, new: 300}])
  end
end

RSpec.describe "[reading role]" do
  include_context "flows in a database"

  # The same database by a connection that may only read: what a replica is to a program.
  read_only = {sqlite: {readonly: true}, postgresql: {variables: {default_transaction_read_only: "on"}}, mysql: {variables: {tx_read_only: 1}}}

  before(:context) do
    FlowDatabase.connect
    before = ActiveRecord::Base.configurations
    config = FlowDatabase.config
    ActiveRecord::Base.configurations = {ActiveRecord::ConnectionHandling::DEFAULT_ENV.call => {
      "primary" => config, "replica" => config.merge(read_only.fetch(FlowDatabase::KIND), replica: true)
    }}
    Object.const_set(:ReplicatedRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true })
    ReplicatedRecord.connects_to(database: {writing: :primary, reading: :replica})
    ActiveRecord::Base.configurations = before
  end

  it "is read by a source that names it, while run and rows are written elsewhere" do
    orders(250)
    klass = flow do
      source :orders, connection: "ReplicatedRecord", role: :reading
      batch_size 100
      sink :exports
    end
    2.times { |time| expect(counted(klass.run_now(restart: true))).to eq(time.zero? ? {read: 250, new: 250} : {read: 250, unchanged: 250}) }
  end

  it "is kept when the rows are new ones only, and when they are grouped by a lookup" do
    orders(50)
    klass = flow do
      source :orders, connection: "ReplicatedRecord", role: :reading
      read :new
      sink :exports
    end
    expect(klass.run_now.counts[:new]).to eq(50)
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("INSERT INTO orders (id, number, state) VALUES (51, 'A51', 'new')") }
    expect(counted(klass.run_now)).to eq(read: 1, new: 1)
  end
end

RSpec.describe "[fibers]" do
  include_context "flows in a database"

  around do |example|
    ActiveSupport::IsolatedExecutionState.isolation_level = :fiber
    example.run
  ensure
    ActiveSupport::IsolatedExecutionState.isolation_level = :thread
  end

  # A flow that comes to the middle of its rows, says so, and waits there for the other one to come as far.
  def waiting_flow(name, odd, come, other)
    flow(name) do
      source :orders, scope: -> { where("id % 2 = #{odd}") }
      batch_size 20
      transform do |row|
        next unless row[:id].between?(51, 52)

        come << name
        other.pop
      end
      sink :exports
    end
  end

  it "run flows side by side in one thread, each with its own connection, run and rows" do
    require "async"
    orders(100)
    gates = [Queue.new, Queue.new]
    flows = [waiting_flow("OddFlow", 1, *gates), waiting_flow("EvenFlow", 0, *gates.reverse)]
    runs = Async { |task| flows.map { |klass| task.async { klass.run_now } }.map(&:wait) }.wait
    expect(runs.map { |run| [run.status, run.counts[:new]] }).to eq([["success", 50]] * 2)
    expect(rows(:exports, :id).flatten).to eq((1..100).to_a)
  end
end
