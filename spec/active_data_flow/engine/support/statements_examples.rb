# frozen_string_literal: true

# What a run asks its database, counted: each statement of this thread, whoever sends it. The renewer's are others'.
RSpec.shared_context "counted statements" do
  # @return [Array<String>] the statements of the block, BEGIN and COMMIT among them
  def statements
    me = Thread.current
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") do |*, payload|
      sent << payload[:sql].strip if Thread.current == me && !payload[:cached]
    end
    yield
    sent
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  def bounds?(sql) = sql.match?(/\A(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET)\b/i)

  def asked(&) = statements(&).reject { |sql| bounds?(sql) }

  def store = ActiveDataFlow::RunStore.of(OrderExportFlow)

  # What a job does with a flow, without the job.
  def by_job(job_id)
    start = ActiveDataFlow::Engine::Start.new(OrderExportFlow.new)
    row = start.ask { |entry| start.store.run_of_job(job_id:, unless_inactive: true, **entry) }
    start.resume(row, ActiveDataFlow::Engine::Context.new)
  end
end

RSpec.describe "[statements]" do
  include_context "flows in a database"
  include_context "counted statements"

  def new_orders
    flow do
      source :orders
      read :new
      sink :exports
    end
  end

  describe "of a run that finds nothing to do", if: FlowDatabase::KIND != :mysql do
    before do
      orders(3)
      new_orders
      2.times { OrderExportFlow.run_now }
    end

    it "are six at most" do
      sent = asked { expect(OrderExportFlow.run_now).to have_attributes(status: "success", counts: include(read: 0)) }
      expect(sent.size).to be <= 6, sent.join("\n")
    end

    it "are six at most where a job does it, which is then known to have made the run" do
      by_job("before")
      sent = asked { expect(by_job("job")).to eq(:success) }
      expect(sent.size).to be <= 6, sent.join("\n")
      expect(store.runs.first).to have_attributes(created_by_job_id: "job", status: "success", callbacks_due: 0, dispatch_after: nil)
    end

    it "are as many whatever the reading before has left" do
      store.keep_read_state(store.claim(store.find_or_create(flow_name: "order_export", arguments: {}, digest: "other").id), {"upto" => ["7"]})
      sent = asked { OrderExportFlow.run_now }
      expect(sent.size).to be <= 6, sent.join("\n")
    end
  end

  it "leave a flow alone that a person has made inactive, and change nothing" do
    orders(1)
    new_orders
    OrderExportFlow.run_now
    flow_rows = -> { rows(:active_data_flow_data_flows, :status, :updated_at) }
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE active_data_flow_data_flows SET status = 'inactive'") }
    before = flow_rows.call
    expect { by_job("job") }.to raise_error(ActiveDataFlow::RunStore::Inactive, "the flow order_export is inactive")
    expect([flow_rows.call, store.runs.size]).to eq([before, 1])
    expect(OrderExportFlow.run_now).to be_success
  end

  it "note for whom a run's end is: for the task that has started it, whose flow has no callbacks" do
    orders(1)
    new_orders
    start = ActiveDataFlow::Engine::Start.new(OrderExportFlow.new)
    claim = store.claim(start.ask { |entry| store.enqueue(**entry, parent_task_id: "7") }.id)
    store.finish(claim, callbacks: ActiveDataFlow::Engine::Callbacks.after_success?(OrderExportFlow.new, claim))
    expect(store.owing.map(&:id)).to eq([claim.id])
  end

  it "give a run with its end as it is stored" do
    orders(3)
    new_orders
    run = OrderExportFlow.run_now
    given = %i[status counts cursor note started_at ended_at duration progress arguments].to_h { |name| [name, run.public_send(name)] }
    expect(run.reload).to have_attributes(given)
  end

  # A committed transaction: its statements.
  def transactions(sent)
    sent.slice_when { |sql, _| sql.match?(/\ACOMMIT/i) }.select { |some| some.last.match?(/\ACOMMIT/i) }
  end

  it "are committed once a batch: the start, the claim, and each batch with its rows, its cursor and its counts" do
    orders(450)
    flow do
      source :orders
      batch_size 100
      sink :exports
      transform { |row| row[:note] = "n" }
    end
    run = nil
    sent = statements { run = OrderExportFlow.run_now }
    batches, others = transactions(sent).partition { |some| some.any?(/commits = commits \+ 1/) }
    expect(batches.size).to be >= 5
    expect(batches.size).to eq(store.find(run.id).commits)
    expect(others.size).to eq(1), others.map { |some| some.join("\n") }.join("\n\n") unless FlowDatabase::KIND == :mysql
    within = transactions(sent).flat_map { |some| some.drop(some.rindex { |sql| sql.match?(/\ABEGIN/i) } || 0) }
    apart = sent.grep(/\A(INSERT|UPDATE|DELETE)/i) - within
    expect(apart.size).to be <= 1, apart.join("\n")
  end

  it "say nothing of callbacks that a flow does not have, and tell those that it has" do
    orders(1)
    told = []
    flow do
      source :orders
      read :new
      sink :exports
      after_complete { |run| told << run.counts[:read] }
    end
    expect(OrderExportFlow.run_now.counts).to include(read: 1)
    expect([told, store.runs.first.callbacks_due]).to eq([[1], 0])
  end

  it "tell first what a process that died has not told" do
    orders(1)
    told = []
    flow do
      source :orders
      read :new
      sink :exports
      after_complete { |run| told << run.id }
      after_failure { |run| told << -run.id }
    end
    first = OrderExportFlow.run_now
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.execute("UPDATE active_data_flow_data_flow_runs SET status = 'failed', callbacks_due = 1, dispatch_after = '2020-01-01 00:00:00' WHERE id = #{first.id}")
    end
    expect(OrderExportFlow.run_now).to have_attributes(id: first.id, status: "success")
    expect(told).to eq([first.id, -first.id, first.id])
  end
end

# What tables are like is remembered from run to run; somebody may alter them in between, in another process.
RSpec.describe "[altered]" do
  include_context "flows in a database"
  include_context "counted statements"

  around do |example|
    alter { |connection| %i[drafts copies].each { |table| connection.create_table(table, force: true) { |one| one.string(:name) } } }
    write(1, "first")
    example.run
  ensure
    alter { |connection| %i[drafts copies].each { |table| connection.drop_table(table) } }
  end

  before do
    flow do
      source :drafts
      sink :copies
    end
  end

  def alter(&) = ActiveRecord::Base.connection_pool.with_connection(&)

  def elsewhere(*statements) = statements.each { |sql| FlowDatabase.elsewhere(sql) }

  def write(id, name, column = "name") = elsewhere("INSERT INTO drafts (id, #{column}) VALUES (#{id}, '#{name}')")

  it "is looked at once, as long as nobody alters a table", if: FlowDatabase::KIND != :mysql do
    2.times { OrderExportFlow.run_now }
    names = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |*, payload| names << payload[:name] }
    OrderExportFlow.run_now
    expect(names).not_to be_empty
    expect(names & ["SCHEMA", "ActiveDataFlow keys"]).to eq([])
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  it "brings a column that was added between two runs" do
    OrderExportFlow.run_now
    elsewhere("ALTER TABLE drafts ADD COLUMN note varchar(20)", "ALTER TABLE copies ADD COLUMN note varchar(20)", "UPDATE drafts SET note = 'new'")
    expect(counted(OrderExportFlow.run_now)).to eq(read: 1, updated: 1)
    expect(rows(:copies, :name, :note)).to eq([%w[first new]])
  end

  it "does without one that was dropped, and says where only the sink has lost it" do
    elsewhere("ALTER TABLE drafts ADD COLUMN note varchar(20)", "ALTER TABLE copies ADD COLUMN note varchar(20)")
    OrderExportFlow.run_now
    elsewhere("ALTER TABLE copies DROP COLUMN note")
    expect { OrderExportFlow.run_now }.to raise_error(ActiveDataFlow::ColumnMismatch, /copies has no column note/)
    elsewhere("ALTER TABLE drafts DROP COLUMN note", "UPDATE drafts SET name = 'again'")
    expect(counted(OrderExportFlow.run_now)).to eq(read: 1, updated: 1)
    expect(store.runs.map(&:status)).to eq(%w[success success])
  end

  it "follows one that was renamed" do
    OrderExportFlow.run_now
    elsewhere(*%w[drafts copies].map { |table| "ALTER TABLE #{table} RENAME COLUMN name TO title" })
    write(2, "second", "title")
    expect(counted(OrderExportFlow.run_now)).to include(read: 2, new: 1)
    expect(rows(:copies, :id, :title)).to eq([[1, "first"], [2, "second"]])
  end

  it "is looked at again where this process has altered it" do
    OrderExportFlow.run_now
    alter { |connection| %i[drafts copies].each { |table| connection.add_column(table, :note, :string) } }
    elsewhere("UPDATE drafts SET note = 'new'")
    OrderExportFlow.run_now
    expect(rows(:copies, :note)).to eq([["new"]])
  end

  it "refuses a key whose index was dropped" do
    alter { |connection| connection.add_index(:copies, :name, unique: true, name: "copies_by_name") }
    flow do
      source :drafts
      keep :name
      sink :copies, key: :name
    end
    OrderExportFlow.run_now
    alter { |connection| connection.remove_index(:copies, name: "copies_by_name") }
    expect { OrderExportFlow.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, /writes copies by \[:name\], which is not unique there/)
  end

  it "takes a table that was made meanwhile, after it was missed" do
    flow do
      source :drafts
      sink :later_copies
    end
    2.times { expect { OrderExportFlow.run_now }.to raise_error(ArgumentError, /nor a table later_copies/) }
    alter { |connection| connection.create_table(:later_copies) { |table| table.string :name } }
    expect(OrderExportFlow.run_now.counts).to include(new: 1)
  ensure
    alter { |connection| connection.drop_table(:later_copies, if_exists: true) }
  end

  it "is looked at again by a job, before it carries a run over that is there already" do
    OrderExportFlow.run_now
    row = ActiveDataFlow::Engine::Start.new(OrderExportFlow.new).ask { |entry| store.enqueue(**entry) }
    elsewhere("ALTER TABLE drafts ADD COLUMN note varchar(20)", "ALTER TABLE copies ADD COLUMN note varchar(20)", "UPDATE drafts SET note = 'new'")
    expect(ActiveDataFlow::Engine::Start.new(OrderExportFlow.new).resume(row, ActiveDataFlow::Engine::Context.new)).to eq(:success)
    expect(rows(:copies, :note)).to eq([["new"]])
  end
end
