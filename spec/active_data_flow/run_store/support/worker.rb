# frozen_string_literal: true

# A worker in a process of its own, ended or stopped at a statement of the real thing: before one matches, or after it.
module Worker
  CLAIM = /UPDATE active_data_flow_data_flow_runs.* SET deaths/
  FENCE = /UPDATE active_data_flow_data_flow_runs.* SET commits/
  RELEASE = /SET token = NULL/
  # MySQL needs a transaction for the claim, which is done with its COMMIT; that of the first batch is the second one.
  IN_TRANSACTION = RunDatabase::KIND == :mysql
  CLAIMED = IN_TRANSACTION ? /\ACOMMIT/i : CLAIM
  NTH = IN_TRANSACTION ? 2 : 1

  def self.included(group) = group.after { end_workers }

  # Hears of each statement before it is sent and after its answer.
  class Listener
    def initialize(moment, pattern, signal, nth)
      @moment, @pattern, @signal, @left = moment, pattern, signal, nth
    end

    def start(_name, _id, payload) = strike(:before, payload)

    def finish(_name, _id, payload) = strike(:after, payload)

    private

    def strike(moment, payload)
      return unless moment == @moment && payload[:sql].match?(@pattern) && (@left -= 1).zero?

      Process.kill(@signal, Process.pid)
    end
  end

  # Runs the block in a fork that gets the signal there.
  # @return [Array(Integer, IO)] its pid, and what it answers if it lives
  def worker(moment, pattern, signal: :KILL, nth: 1)
    RunDatabase.disconnect
    reader, writer = IO.pipe
    pid = fork do
      ActiveSupport::Notifications.subscribe("sql.active_record", Listener.new(moment, pattern, signal, nth))
      answer = begin
        yield
      rescue => error
        error.class.name
      end
      writer.write(answer.to_s)
      writer.close
    ensure
      exit!
    end
    writer.close
    workers << pid
    [pid, reader]
  end

  # One that stands still has what it had locked, and what it would print to: it does not outlive its example.
  def end_workers = workers.each { |pid| kill_if_alive(pid) }

  def workers = @workers ||= []

  def kill_at(moment, pattern, **options, &)
    pid, = worker(moment, pattern, **options, &)
    status = Process.wait2(pid).last
    expect(status.termsig).to eq(Signal.list["KILL"])
  end

  # @return [Array(Integer, IO)] of a worker that stands still now
  def stop_at(moment, pattern, **options, &)
    pid, reader = worker(moment, pattern, signal: :STOP, **options, &)
    Process.wait2(pid, Process::WUNTRACED)
    [pid, reader]
  end

  # @return [String] what the worker that was stopped answered in the end
  def go_on((pid, reader))
    Process.kill(:CONT, pid)
    reader.read.tap { Process.wait(pid) }
  end
end

RSpec.shared_examples "workers that are killed or stopped" do
  include Worker

  let(:store) { RunDatabase.store(lease_seconds: 1) }

  # @return [Object] what the block gives in the end
  def patiently
    loop do
      answer = yield and return answer
      sleep 0.05
    end
  end

  # One that took over goes on where the row says, as the engine does.
  def run_on(run)
    nil
    sleep 0.05 until (claim = store.claim(run.id, owner: "heir"))
    commit(claim, to: "i:#{claim.commits + 1}") { write("row #{claim.commits + 1}") } while (claim = now_claim(claim)).commits < 2
    store.finish(claim)
  end

  def now_claim(claim) = ActiveDataFlow::RunStore::Claim.new(now_of(claim).to_h)

  # Two batches of a row each.
  def work(run)
    claim = store.claim(run.id) or return :busy
    2.times { |number| claim = commit(claim, to: "i:#{number + 1}") { write("row #{number + 1}") } }
    store.finish(claim).status
  end

  {
    "before the claim" => [:before, Worker::CLAIM, 0], "after the claim" => [:after, Worker::CLAIMED, 1],
    "after BEGIN" => [:after, /\ABEGIN/i, 1, Worker::NTH], "before the fence" => [:before, Worker::FENCE, 1],
    "after the fence" => [:after, Worker::FENCE, 1], "between the rows" => [:after, /INSERT INTO .?sink_rows/, 1],
    "before COMMIT" => [:before, /\ACOMMIT/i, 1, Worker::NTH], "after COMMIT" => [:after, /\ACOMMIT/i, 0, Worker::NTH]
  }.each do |name, (moment, pattern, deaths, nth)|
    it "[killed] #{name}, each row is there once, and the death is counted if nothing was committed" do
      run = start
      kill_at(moment, pattern, nth: nth || 1) { work(run) }
      nil
      sleep 0.05 until (claim = store.claim(run.id, owner: "heir"))
      expect(claim.deaths).to eq(deaths)
      store.release(claim)
      expect(run_on(run).status).to eq("success")
      expect(sink).to eq(["row 1", "row 2"])
      expect(now_of(run)).to have_attributes(status: "success", commits: 3, cursor: "i:2")
    end
  end

  it "[killed] in a release, before or after it, the run can be taken by another" do
    %i[before after].each_with_index do |moment, index|
      run = start(digest: moment.to_s)
      kill_at(moment, Worker::RELEASE) { store.release(store.claim(run.id)) }
      expect(now_of(run).token.nil?).to eq(moment == :after)
      run_on(run)
      expect(now_of(run)).to have_attributes(status: "success", commits: 3)
      expect(sink.size).to eq(2 * (index + 1))
    end
  end

  it "[killed] in its second commit, it is gone on from the first" do
    run = start
    kill_at(:after, /INSERT INTO .?sink_rows/, nth: 2) { work(run) }
    expect(now_of(run)).to have_attributes(commits: 1, cursor: "i:1")
    run_on(run)
    expect(sink).to eq(["row 1", "row 2"])
  end

  it "[stopped] between its claim and its commit, past its lease, it writes nothing and ends quietly" do
    run = start
    stopped = stop_at(:after, Worker::CLAIMED) { work(run) }
    heir = run_on(run)
    expect(go_on(stopped)).to eq("ActiveDataFlow::LeaseLost")
    expect(sink).to eq(["row 1", "row 2"])
    expect(now_of(run)).to have_attributes(status: "success", fence: heir.fence, commits: 3)
  end

  it "[stopped] between two commits, it matches no row" do
    run = start
    stopped = stop_at(:after, /\ACOMMIT/i, nth: Worker::NTH) { work(run) }
    expect(now_of(run).commits).to eq(1)
    run_on(run)
    expect(go_on(stopped)).to eq("ActiveDataFlow::LeaseLost")
    expect(sink).to eq(["row 1", "row 2"])
  end

  it "[stopped] inside its commit past its lease: a server ends its transaction, a file waits for it" do
    run = start
    stopped = stop_at(:after, /INSERT INTO .?sink_rows/) { work(run) }
    if RunDatabase::KIND == :postgresql
      run_on(run)
      expect(go_on(stopped)).to match(/ActiveRecord::/)
    else
      expect(go_on(stopped)).to eq("success")
    end
    expect(sink).to eq(["row 1", "row 2"])
    expect(now_of(run)).to have_attributes(status: "success", commits: 3)
  end

  it "[stopped] in a release that is late, it takes nothing from who has the run now" do
    run = start
    stopped = stop_at(:before, Worker::RELEASE) { store.claim(run.id).then { |claim| store.release(claim) } }
    heir = patiently { store.claim(run.id, owner: "heir") }
    expect(go_on(stopped)).to eq("false")
    expect(now_of(run)).to have_attributes(token: heir.token, status: "in_progress")
  end
end
