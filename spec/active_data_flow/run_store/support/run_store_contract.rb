# frozen_string_literal: true

# Run by sql_spec.rb in processes of their own, since ActiveRecord brings ActiveSupport, and the suite has to hold without
# it. At the desk: ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/run_store/support/run_store_contract.rb
require "timeout"
require_relative "run_database"
require_relative "host"
require_relative "worker"
require_relative "outcomes_on_postgresql"

RSpec.describe "Runs in #{RunDatabase::KIND}" do
  include_context "a run database"

  describe "[store]" do
    it_behaves_like "a run store"
  end

  describe "[tables]" do
    def tables = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.tables.grep(/active_data_flow/).sort }

    def indexes(table) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.indexes(table).map(&:name).sort }

    it "are made once, and completed by who comes with more columns" do
      made = [tables, indexes("active_data_flow_data_flow_runs")]
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.remove_column(:active_data_flow_data_flow_runs, :tries_key) }
      expect(ActiveDataFlow.prepare_database!).to be(true)
      RunDatabase::Run.reset_column_information
      expect(RunDatabase::Run.column_names).to include("tries_key", "fence", "rows_unchanged", "run_after", "created_at")
      expect([tables, indexes("active_data_flow_data_flow_runs")]).to eq(made)
      expect(made.first).to eq(%w[active_data_flow_data_flow_runs active_data_flow_data_flows active_data_flow_rejects
        active_data_flow_sweeps])
      expect(made.flatten.map(&:size).max).to be <= 63
    end

    it "of a version that had fewer columns are refused, with what to do" do
      stub_const("OlderRecord", Class.new(ActiveRecord::Base) { self.abstract_class = true })
      OlderRecord.establish_connection(**RunDatabase.config)
      OlderRecord.connection_pool.with_connection { |connection| connection.remove_column(:active_data_flow_data_flow_runs, :tries_key) }
      found = -> { ActiveDataFlow::ActiveRecord::Stores.for(OlderRecord) }
      expect(&found).to raise_error(ActiveDataFlow::ConfigurationError, "active_data_flow_data_flow_runs lacks tries_key, which this " \
        "version of active_data_flow keeps there. Write: ActiveDataFlow.prepare_database!")
      ActiveDataFlow.prepare_database!
      expect(found.call).to be_a(ActiveDataFlow::RunStore::SQL)
    ensure
      OlderRecord.remove_connection
    end

    it "are made from nothing, by four at once" do
      ActiveRecord::Base.connection_pool.with_connection { |connection| tables.sort_by { |table| table.end_with?("flows") ? 1 : 0 }.each { |table| connection.drop_table(table) } }
      Array.new((RunDatabase::KIND == :postgresql) ? 4 : 1) { Thread.new { ActiveDataFlow.prepare_database! } }.each(&:value)
      expect(tables.size).to eq(4)
      expect(start.status).to eq("pending")
    end
  end

  describe "[one commit]" do
    it "holds the sink's rows, the rejects, the cursor and the counters, or none of them" do
      claim = claimed
      commit(claim, to: "i:1", counters: {read: 1}) { write("a") }
      expect { commit(claim.with(commits: 1), to: "i:2") { write("b") && store.reject(claim, [{reason: "no"}]) && raise("no") } }.to raise_error("no")
      expect([sink, store.rejects(claim.id), now_of(claim).cursor]).to eq([["a"], [], "i:1"])
    end

    it "is refused before its rows are written" do
      claim = claimed
      commit(claim) { write("a") }
      expect { commit(claim) { write("b") } }.to raise_error(lost)
      expect(sink).to eq(["a"])
    end

    it "begins with the fence's UPDATE, and so holds the row while its rows are written" do
      statements = []
      claim = claimed
      ActiveSupport::Notifications.subscribed(->(*, payload) { statements << payload[:sql] }, "sql.active_record") { commit(claim) { write("a") } }
      # What PostgreSQL says with BEGIN, and Rails 7 asks of a new connection before its first prepared statement.
      statements.reject! { |text| text.start_with?("SET TRANSACTION", "SHOW search_path") }
      expect(statements[0]).to match(/\ABEGIN/i)
      expect(statements[1]).to match(/\AUPDATE active_data_flow_data_flow_runs.* SET commits = commits \+ 1/)
      expect(statements.last).to match(/\ACOMMIT/i)
    end

    it "is refused when its run was deleted" do
      claim = claimed
      RunDatabase::Run.where(id: claim.id).delete_all
      expect { commit(claim) { write("a") } }.to raise_error(lost)
      expect([sink, store.renew([claim])]).to eq([[], [claim.token]])
    end

    it "can be taken back, and then done again" do
      claim = claimed
      expect { commit(claim) { write("a") && raise("no") } }.to raise_error("no")
      commit(store.unknown_outcome(claim).claim) { write("a") }
      expect(sink).to eq(["a"])
    end

    it "is not done when its thread is interrupted in it, and can be done again" do
      claim = claimed
      expect { Timeout.timeout(0.2) { commit(claim) { write("a") && sleep } } }.to raise_error(Timeout::Error)
      outcome = store.unknown_outcome(claim)
      expect([outcome.what, sink]).to eq([:not_committed, []])
      commit(outcome.claim) { write("a") }
      expect(sink).to eq(["a"])
    end

    it "clears the query cache, and is not answered from it" do
      claim = claimed
      RunDatabase::Run.cache do
        expect(RunDatabase::Run.find(claim.id).commits).to eq(0)
        commit(claim)
        expect(RunDatabase::Run.find(claim.id).commits).to eq(1)
        expect(now_of(claim).commits).to eq(1)
      end
    end

    it "is refused where writes are prevented" do
      claim = claimed
      expect { ActiveRecord::Base.while_preventing_writes { commit(claim) } }.to raise_error(ActiveRecord::ReadOnlyError)
      expect(now_of(claim).commits).to eq(0)
    end
  end

  describe "[race]" do
    def at_once(number)
      gate = Queue.new
      threads = Array.new(number) { |index| Thread.new { gate.pop && RunDatabase.patiently { yield(index) } } }
      number.times { gate << true }
      threads.map(&:value)
    end

    it "gives a run to one of eight" do
      5.times do |round|
        run = start(digest: round.to_s)
        expect(at_once(8) { |index| store.claim(run.id, owner: index.to_s) }.compact.size).to eq(1)
      end
    end

    it "makes one run of eight starts" do
      expect(at_once(8) { start.id }.uniq.size).to eq(1)
      expect(store.runs.size).to eq(1)
    end

    it "lets one of four equal commits through" do
      claim = claimed
      answers = at_once(4) do |index|
        commit(claim) { write(index.to_s) }.commits
      rescue lost
        :lost
      end
      expect(answers.tally).to eq(1 => 1, :lost => 3)
      expect([sink.size, now_of(claim).commits]).to eq([1, 1])
    end

    it "passes over a run whose commit is open, though its lease has ended", :server do
      claim = claimed(start, slot_key: "exports/0", owner: "host:7:abc")
      commit(claim) do
        expect(Thread.new { store.end_leases(owners: ["host:7"]) }.value).to eq([])
        store.clock.advance(store.lease_seconds + 1)
        expect(Thread.new { swept(claim) }.value).to eq([false, []])
        expect(Thread.new { [store.claim(claim.id, owner: "other"), store.renew([claim])] }.value).to eq([nil, []])
        {}
      end
    end
  end

  describe "[outer transaction]" do
    it "holds the commit, and takes it back with it" do
      expect(store).not_to be_inside_transaction
      claim = claimed
      ActiveRecord::Base.transaction do
        expect(store).to be_inside_transaction
        commit(claim) { write("a") }
        expect(sink).to eq(["a"])
        raise ActiveRecord::Rollback
      end
      expect([sink, now_of(claim).commits]).to eq([[], 0])
    end

    it "keeps its own statements when a commit in it fails, and the claim can go on" do
      ActiveRecord::Base.transaction do
        write("before")
        claim = claimed
        expect { commit(claim) { write("a") && raise("no") } }.to raise_error("no")
        outcome = store.unknown_outcome(claim)
        expect(outcome).to be_not_committed
        commit(outcome.claim) { write("b") }
      end
      expect(sink).to eq(%w[before b])
    end

    it "goes on where a run is not to be had because another has its key" do
      claimed(start, active_key: "same", slot_key: "exports/0")
      ActiveRecord::Base.transaction do
        write("before")
        other = start(digest: "two")
        expect { store.claim(other.id, active_key: "same") }.to raise_error(ActiveDataFlow::RunStore::AlreadyRunning)
        expect(store.claim(other.id, slot_key: "exports/1")).not_to be_nil
      end
      expect(sink).to eq(["before"])
    end

    it "gets no renewer, and the log says so once" do
      said = StringIO.new
      Operations.logger = Logger.new(said)
      renewer = ActiveDataFlow::RunStore::Renewer.new
      ActiveRecord::Base.transaction do
        leases = Array.new(2) { |number| renewer.hold(store, claimed(start(digest: number.to_s))) }
        expect(leases.map(&:lost?)).to eq([false, false])
        leases.each(&:end)
      end
      expect(renewer.size).to eq(0)
      expect(said.string.scan("inside a transaction that it did not begin").size).to eq(1)
    end

    it "does not hold what a person asks for", :server do
      run = start
      ActiveRecord::Base.transaction do
        write("a")
        store.pause(run.id)
        raise ActiveRecord::Rollback
      end
      expect(now_of(run)).to be_paused
    end
  end

  describe "[renewer]" do
    let(:store) { RunDatabase.store(lease_seconds: 3) }
    let(:renewer) { ActiveDataFlow::RunStore::Renewer.new }

    def until_renewed(claim, since: claim.lease_until) = (sleep 0.02 until now_of(claim).lease_until > since)

    it "keeps a lease as long as it is held" do
      claim = claimed
      lease = renewer.hold(store, claim)
      2.times { until_renewed(claim, since: now_of(claim).lease_until) }
      expect(lease).not_to be_lost
      lease.end
      store.clock.advance(4)
      expect(store.claim(claim.id, owner: "other")).not_to be_nil
    end

    it "begins again after a time without runs" do
      2.times do |number|
        claim = claimed(start(digest: number.to_s))
        lease = renewer.hold(store, claim)
        until_renewed(claim)
        lease.end
        sleep 0.01 while Thread.list.any? { |thread| thread.name.to_s.include?("renewer") }
      end
      expect(renewer.size).to eq(0)
    end

    it "tells the worker that its run was taken" do
      lease = renewer.hold(store, claimed)
      tamper(lease.claim.id, token: "another")
      renewer.renew
      expect(lease).to be_lost
      lease.end
    end

    it "gives up a run that has not committed for the batch timeout" do
      store = RunDatabase.store(batch_timeout: 0)
      claim = claimed
      lease = renewer.hold(store, claim)
      before = now_of(claim).lease_until
      renewer.renew
      expect(now_of(claim).lease_until).to eq(before)
      lease.end
    end

    it "needs no connection of the pool" do
      claims = Array.new(2) { |number| claimed(start(digest: number.to_s)) }
      before = now_of(claims.first).lease_until
      leases = claims.map { |claim| renewer.hold(store, claim) }
      gate = Queue.new
      busy = Array.new(12) { Thread.new { ActiveRecord::Base.connection_pool.with_connection { gate.pop } } }
      sleep 0.01 until ActiveRecord::Base.connection_pool.stat[:busy] == 12
      renewer.renew
      12.times { gate << true }
      busy.each(&:value)
      leases.each(&:end)
      expect(now_of(claims.first).lease_until).to be > before
    end

    it "starts another thread in a fork, for the leases that begin there" do
      renewer = ActiveDataFlow::RunStore::Renewer
      lease = renewer.instance.hold(store, claimed)
      RunDatabase.disconnect
      answer = in_fork { [renewer.instance.size, renewer.instance.hold(store, claimed(start(digest: "two"))) && renewer.instance.size] }.value
      lease.end
      expect(answer).to eq([0, 1])
    end
  end

  describe("[race]") { include_examples "a commit that waits for another" } unless RunDatabase::KIND == :sqlite

  it_behaves_like "workers that are killed or stopped"
  it_behaves_like "outcomes on a server" if RunDatabase::KIND == :postgresql
end
