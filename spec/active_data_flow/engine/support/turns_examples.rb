# frozen_string_literal: true

require "socket"
require_relative "flow_at_work"

# Who begins at the first row while somebody is at work, and what a thread leaves that is ended from outside.
RSpec.describe "[turns]" do
  include_context "flows in a database"
  include_context "a flow at work"

  before { orders(300) }

  def statuses = store.runs.map(&:status)

  describe "a start at the first row" do
    it "refuses while another worker is at it, names it, and leaves it alone" do
      refused = nil
      run = meanwhile(waiting) { refused = raised { OrderExportFlow.run_now(restart: true) } }
      expect(refused).to be_a(ActiveDataFlow::Error).and have_attributes(message: /\AOrderExportFlow is at work as run #{run.id}, by this process, whose lease lasts until \d\d:\d\d:\d\d UTC\. Nothing was cancelled\. .*cancel!.*on_conflict :wait/)
      expect(run).to be_success
      expect(statuses).to eq(%w[success])
    end

    it "names a process that is another one" do
      waiting
      taken_by("elsewhere.example:77:abc", seconds: 3600)
      expect { OrderExportFlow.run_now(restart: true) }.to raise_error(ActiveDataFlow::Error, /by elsewhere\.example:77:abc, whose lease/)
      expect(statuses).to eq(%w[in_progress])
    end

    it "cancels it under on_conflict :wait, and begins when it has ended" do
      other = nil
      run = meanwhile(waiting { on_conflict :wait }) do |at_work|
        self.well = true
        other = Thread.new { OrderExportFlow.run_now(restart: true) }
        sleep 0.01 until at_work.reload && store.find(at_work.id).stop_requested
      end
      expect([run.status, run.counts[:read]]).to eq(["cancelled", 200])
      expect(counted(other.value)).to eq(read: 300, new: 100, unchanged: 200)
      expect(log.string).to include("OrderExportFlow is at work as run #{run.id}; cancels it and waits for its end.")
    end

    it "waits for the lease of a process that is gone" do
      self.well = true
      waiting
      pid = fork { exit!(0) }
      Process.wait(pid)
      taken_by("#{Socket.gethostname}:#{pid}:abc", seconds: 1)
      expect(counted(OrderExportFlow.run_now(restart: true))).to eq(read: 300, new: 300)
      expect(statuses).to eq(%w[success cancelled])
    end

    it "leaves a run at work alone whose source is another one since" do
      found = nil
      run = meanwhile(waiting) do
        self.well = true
        found = flow do
          source :orders, scope: -> { where("id > 50") }
          sink :exports
        end.run_now
      end
      expect(found).to eq(run)
      expect(run).to be_success
      expect(log.string).to include("is already running as run #{run.id}; returned it.")
      expect(statuses).to eq(%w[success])
    end
  end

  # A run that another worker has.
  def taken_by(owner, seconds:)
    flow = OrderExportFlow.new
    row = store.find_or_create(flow_name: OrderExportFlow.flow_name, arguments: {}, digest: ActiveDataFlow::Flow::Arguments.digest({}),
      fingerprint: ActiveDataFlow::Engine::Plan.new(flow).fingerprint)
    store.claim(row.id, owner:)
    until_then = (Time.now.utc + seconds).strftime("%Y-%m-%d %H:%M:%S.%3N")
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE active_data_flow_data_flow_runs SET lease_until = '#{until_then}'") }
  end

  describe "a thread that is ended from outside" do
    # @return [Class] a flow that stands still in row 150 inside the commit
    def standing_still_in_the_commit
      spec = self
      stub_const("SlowMember", Class.new(Member) { before_save { spec.stand_still if id == 150 && !spec.well } })
      flow do
        source :orders
        batch_size 100
        keep :id, :name
        sink SlowMember, callbacks: true
      end
    end

    # The next start goes on at once: the lease has ended, though the process lives.
    def goes_on(table)
      expect(store.runs.map(&:token)).to eq([nil])
      expect(rows(table, :id).size).to eq(store.runs.first.rows_read)
      self.well = true
      expect(counted(OrderExportFlow.run_now)).to eq(read: 300, new: 300)
      expect(rows(table, :id).flatten).to eq([*1..300])
      expect(statuses).to eq(%w[success])
      expect(Export.connection_pool.stat[:busy]).to be <= 1
    end

    # Until it is where it stands still: on a machine that is slow today the time may be over before, anywhere.
    def out_of_time(klass)
      seconds = 1
      expect { Timeout.timeout(seconds *= 2) { klass.run_now } }.to raise_error(Timeout::Error) until gate[0].size.positive?
    end

    def killed(klass)
      thread = Thread.new { (Thread.current[:to_be_killed] = true) && klass.run_now }
      gate[0].pop
      thread.kill
      thread.join
    end

    it "while it claims the run, by Thread#kill" do
      waiting
      claimed = ->(*, payload) { stand_still if Thread.current[:to_be_killed] && payload[:sql].include?("SET deaths") }
      ActiveSupport::Notifications.subscribed(claimed, "sql.active_record") { killed(OrderExportFlow) }
      goes_on(:exports)
    end

    it "when it has claimed the run and has not begun, by Thread#kill" do
      waiting
      beginning = Struct.new(:block) do
        def start(*) = block.call
        def finish(*) = nil
      end
      subscriber = ActiveSupport::Notifications.subscribe("run.active_data_flow", beginning.new(-> { stand_still if Thread.current[:to_be_killed] }))
      killed(OrderExportFlow)
      ActiveSupport::Notifications.unsubscribe(subscriber)
      goes_on(:exports)
      expect(ActiveDataFlow::RunStore::Renewer.instance.size).to eq(0)
    end

    # The savepoint is gone then, and its rollback has something to say about that.
    it "behind the end of a savepoint, by what is no error: it is raised, and not what the database says of it" do
      stop = Class.new(Exception) # rubocop:disable Lint/InheritException -- as Timeout's own
      klass = standing_still_in_the_commit
      released = ->(*, payload) { stand_still if Thread.current[:to_be_stopped] && payload[:sql].start_with?("RELEASE SAVEPOINT") }
      ActiveSupport::Notifications.subscribed(released, "sql.active_record") do
        thread = Thread.new { (Thread.current[:to_be_stopped] = true) && klass.run_now }
        thread.report_on_exception = false
        gate[0].pop
        thread.raise(stop, "the time is over")
        expect { thread.value }.to raise_error(stop, "the time is over")
      end
      goes_on(:members)
    end

    it "in the transform, by Thread#kill" do
      killed(waiting)
      goes_on(:exports)
    end

    it "in the commit, by Thread#kill: the open batch is taken back" do
      killed(standing_still_in_the_commit)
      goes_on(:members)
    end

    [[:waiting, :exports], [:standing_still_in_the_commit, :members]].each do |name, table|
      it "in a time that was too short, #{name}" do
        klass = send(name)
        out_of_time(klass)
        goes_on(table)
      end

      it "by Timeout::Error raised into it, #{name}" do
        klass = send(name)
        thread = Thread.new { raised { klass.run_now } }
        gate[0].pop
        thread.raise(Timeout::Error, "too long")
        expect(thread.value).to be_a(Timeout::Error)
        expect(statuses).to eq(%w[failed])
        goes_on(table)
      end
    end

    # @return [Integer] sessions that stand in pg_sleep
    def sleeping
      sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.uncached { connection.select_value(sql) } }
    end

    it "while it waits for the server, inside a COPY", if: FlowDatabase::KIND == :postgresql do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.execute("CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$")
        connection.execute("CREATE TRIGGER slowly BEFORE INSERT ON exports FOR EACH ROW WHEN (NEW.id = 150) EXECUTE FUNCTION slowly()")
      end
      self.well = true
      waiting
      thread = Thread.new { OrderExportFlow.run_now }
      sleep 0.01 until sleeping.positive?
      thread.kill
      thread.join
      expect(sleeping).to eq(0)
      FlowDatabase.elsewhere("DROP FUNCTION slowly CASCADE")
      goes_on(:exports)
    end

    it "does not keep half of a commit that a throw has left, and says so" do
      spec = self
      stub_const("ThrowingMember", Class.new(Member) { before_save { throw :out if id == 150 && !spec.well } })
      klass = flow do
        source :orders
        batch_size 100
        keep :id, :name
        sink ThrowingMember, callbacks: true
      end
      expect { catch(:out) { klass.run_now } }.to raise_error(ActiveDataFlow::Error, /a commit was left by throw, break or return, and what it had written was taken back/)
      goes_on(:members)
    end

    it "between two batches, by a throw or a break out of the progress block" do
      self.well = true
      waiting.run_now { break }
      goes_on(:exports)
    end
  end
end
