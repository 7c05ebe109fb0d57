# frozen_string_literal: true

# A model whose database is a server of its own, which can be taken down.
class OtherServer < ActiveRecord::Base
  self.abstract_class = true
end

# Commits whose end the worker did not see: the server ends its session while COMMIT is on its way.
RSpec.shared_examples "outcomes on a server" do
  def sql(text) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows(text) }

  # At COMMIT the sink takes that long: a check that is put off until then.
  def slow_commits(seconds)
    sql("CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(#{seconds}); RETURN NULL; END'")
    sql("DROP TRIGGER IF EXISTS slowly ON sink_rows")
    sql("CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON sink_rows DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly()")
  end

  after { sql("DROP TRIGGER IF EXISTS slowly ON sink_rows") }

  # Commits wait for a standby that there is not, when they are on this server's disk already.
  def with_absent_standby
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'") && sql("SELECT pg_reload_conf()")
    probe = waiting_probe
    yield
  ensure
    sql("ALTER SYSTEM RESET synchronous_standby_names") && sql("SELECT pg_reload_conf()")
    sleep 0.01 until sql("SHOW synchronous_standby_names") == [[""]]
    probe&.value
  end

  # Whether a commit waits is said by the checkpointer, which reads the settings in its own time: commits until one does.
  # @return [Thread] of the one that waits
  def waiting_probe
    loop do
      pid = Queue.new
      probe = Thread.new do
        RunDatabase::Run.connection_pool.with_connection do |connection|
          pid << connection.select_value("SELECT pg_backend_pid()")
          connection.execute("CREATE OR REPLACE FUNCTION probe() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        end
      end
      asleep = "SELECT 1 FROM pg_stat_activity WHERE pid = #{pid.pop} AND wait_event = 'SyncRep'"
      sleep 0.01 until !probe.alive? || sql(asleep).any?
      return probe if probe.alive?
    end
  end

  # @param wait [String] what its session waits for when it is ended
  def end_session_in_commit(claim, wait)
    worker = Thread.new { commit(claim, to: "i:1") { write("a") } }.tap { |thread| thread.report_on_exception = false }
    at_work = "application_name = 'adf:#{claim.id}:#{claim.fence}'"
    sleep 0.01 until sql("SELECT 1 FROM pg_stat_activity WHERE #{at_work} AND query = 'COMMIT' AND wait_event = '#{wait}'").any?
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE #{at_work}")
    expect { worker.value }.to raise_error(ActiveRecord::ActiveRecordError)
  end

  it "[ended] before COMMIT is done: not committed, and done again it is there once" do
    slow_commits(30)
    claim = claimed
    end_session_in_commit(claim, "PgSleep")
    slow_commits(0)
    outcome = store.unknown_outcome(claim)
    expect(outcome).to be_not_committed
    commit(outcome.claim, to: "i:1") { write("a") }
    expect(sink).to eq(["a"])
  end

  it "[ended] after COMMIT is done, its answer lost: committed" do
    claim = claimed
    with_absent_standby { end_session_in_commit(claim, "SyncRep") }
    outcome = store.unknown_outcome(claim)
    expect(outcome).to be_committed
    expect(outcome.claim).to have_attributes(cursor: "i:1", commits: 1)
    expect(sink).to eq(["a"])
    expect { commit(claim, to: "i:1") { write("a") } }.to raise_error(lost)
  end

  it "[ended] while COMMIT is still on its way: the answer waits for it" do
    slow_commits(0.7)
    claim = claimed
    RunDatabase.disconnect
    pid = fork do
      commit(claim, to: "i:1") { write("a") }
    ensure
      exit!
    end
    sleep 0.01 until sql("SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'").any?
    Process.kill(:KILL, pid)
    Process.wait(pid)
    outcome = store.unknown_outcome(claim)
    expect([outcome.what, sink]).to eq([:committed, ["a"]])
  end

  it "[ended] before the fence, on a connection that had been idle: not committed" do
    claim = claimed
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    expect(store.unknown_outcome(claim)).to be_not_committed
  ensure
    RunDatabase.disconnect # the others of the pool have been ended as well
  end

  # Kills each session once that is being set up, before it is asked for anything else.
  def struck_while_connecting
    struck = false
    strike = lambda do |payload|
      next if struck || !payload[:sql].start_with?("SET client_min_messages")

      struck = payload[:connection].instance_variable_get(:@raw_connection).backend_pid
      PG.connect(RunDatabase.config.slice(:host, :port).merge(user: "postgres", dbname: "postgres")).tap { |admin| admin.exec("SELECT pg_terminate_backend(#{struck}, 5000)") }.close
    end
    listener = Struct.new(:strike) do
      def start(_name, _id, payload) = strike.call(payload)

      def finish(*) = nil
    end
    ActiveSupport::Notifications.subscribed(listener.new(strike), "sql.active_record") { yield }
    struck
  end

  it "[ended] while its connection is made: it is made again, and what follows is one transaction" do
    claim = claimed
    RunDatabase.disconnect
    struck = struck_while_connecting { expect { commit(claim, to: "i:1") { write("a") && raise("no") } }.to raise_error("no") }
    expect(struck).to be_an(Integer)
    expect([now_of(claim).commits, now_of(claim).cursor, sink]).to eq([0, nil, []])
  end

  it "[ended] with the server itself: not reached, and when it is back, as it was" do
    server = PostgresqlServer.start
    OtherServer.establish_connection(**server.config)
    database = ActiveDataFlow::ActiveRecord::Database.new(OtherServer)
    ActiveDataFlow::ActiveRecord::Tables.new(database).prepare
    store = ActiveDataFlow::RunStore::SQL.for(database)
    claim = store.claim(store.find_or_create(flow_name: "F", arguments: {}, digest: "one").id)
    expect { store.commit(claim, to: "i:1") { server.down("immediate") } }.to raise_error(ActiveRecord::ActiveRecordError)
    expect(store.unknown_outcome(claim, within: 0.3)).to have_attributes(what: :unreached, claim: nil)
    server.up
    outcome = store.unknown_outcome(claim)
    expect(outcome).to be_not_committed
    expect(store.commit(outcome.claim, to: "i:1").commits).to eq(1)
  ensure
    OtherServer.remove_connection
    server.stop
  end

  it "[ended] by who waits for it: a session that stands still inside a commit" do
    store = RunDatabase.store(lease_seconds: 1)
    claim = store.claim(start.id)
    tamper(claim.id, lease_seconds: 1)
    inside, gate = Queue.new, Queue.new
    worker = Thread.new do
      store.commit(claim, to: "i:1") { sql("SELECT set_config('idle_in_transaction_session_timeout', '0', true)") && inside.push(true) && gate.pop && {} }
    end
    worker.report_on_exception = false
    inside.pop
    store.clock.advance(2)
    expect(store.claim(claim.id, owner: "heir")).to be_nil
    sleep 0.05 until store.break_lock(now_of(claim)) == 1
    gate << true
    expect { worker.value }.to raise_error(ActiveRecord::ActiveRecordError)
    expect(store.claim(claim.id, owner: "heir")).to have_attributes(commits: 0)
  ensure
    gate << true
  end
end
