# frozen_string_literal: true

# Part of in_an_application.rb: tasks, in the application's database and in its jobs.
require_relative "../../../support/eventually"
require_relative "../../../operations/storage/support/v1_tables"

RSpec.describe "[tasks] A task of the application" do
  around do |example|
    before, ActiveJob::Base.queue_adapter = ActiveJob::Base.queue_adapter, :test
    example.run
    ActiveJob::Base.queue_adapter = before
  end

  before do
    Operations.reset!
    connection.execute("DELETE FROM operations_tasks")
  end

  def enqueued = ActiveJob::Base.queue_adapter.enqueued_jobs

  def perform_enqueued_jobs = enqueued.slice!(0..).each { |job| ActiveJob::Base.execute(job.transform_keys(&:to_s)) }

  def row(task) = connection.select_one("SELECT * FROM operations_tasks WHERE id = #{connection.quote(task.id)}")

  it "is stored in the application's database, and run in its jobs, without a setting" do
    expect(Operations.storage).to be_a(Operations::Storage::ActiveRecord)
    expect(Operations.executor).to be_a(Operations::Executor::ActiveJob)
    task = ApproveInvoice.call
    expect(task.current_state).to eq("done")
    expect(row(task)).to include("type" => "ApproveInvoice", "task_status" => 100)
    expect([ApproveInvoice.find(task.id), ApproveInvoice.find("nobody")]).to eq([task, nil])
  end

  it "runs in a job of the application's own class", req: "O-64" do
    expect(Operations::ExecuteTaskJob.superclass.superclass).to eq(ApplicationJob)
    task = ApproveInvoice.later
    expect(enqueued.map { |job| [job["job_class"], job["arguments"]] }).to eq([["Operations::ExecuteTaskJob", [task.id, "ApproveInvoice"]]])
    expect(ApproveInvoice.find(task.id)).to be_waiting
    perform_enqueued_jobs
    expect(ApproveInvoice.find(task.id)).to be_completed
  end

  it "runs in a thread of the async adapter, which is Rails' own", req: "O-64" do
    ActiveJob::Base.queue_adapter = :async
    task = ApproveInvoice.later
    expect(eventually { ApproveInvoice.find(task.id).completed? }).to be(true)
  end

  it "lives in the transaction that a test wraps around an example, and so do its jobs", req: "O-64" do
    connection.begin_transaction(joinable: false)
    task = ApproveInvoice.later
    expect(enqueued.size).to eq(1)
    perform_enqueued_jobs
    expect(ApproveInvoice.find(task.id)).to be_completed
    connection.rollback_transaction
    expect(ApproveInvoice.find(task.id)).to be_nil
  end

  it "is found by the sweep where its job is lost", req: "O-66" do
    task = ApproveInvoice.later
    enqueued.clear
    expect([Operations::Runner.new.tick[:woken], Operations.sweep[:dispatched]]).to eq([1, 0])
    perform_enqueued_jobs
    expect(ApproveInvoice.find(task.id)).to be_completed
  end

  it "has a class that is loaded when a row names it, if it is one of tasks" do
    Rails.application.reloader.reload!
    expect(Operations::Registry.fetch("ApproveInvoice")).to eq(ApproveInvoice)
    %w[ApplicationJob Kernel NoSuchTask ../../config/application].each do |name|
      expect { Operations::Registry.fetch(name) }.to raise_error(Operations::Error, /is not a registered task class/)
    end
  end

  it "keeps its jobs through a reload" do
    before = Operations::WakeTaskJob
    Rails.application.reloader.reload!
    expect(Operations::WakeTaskJob).not_to equal(before)
    expect(Operations::WakeTaskJob.superclass.superclass).to equal(ApplicationJob)
    task = ApproveInvoice.later
    perform_enqueued_jobs
    expect(ApproveInvoice.find(task.id)).to be_completed
  end
end

RSpec.describe "[tasks] The migration of tasks" do
  before do
    stub_const("Before", Class.new(ActiveRecord::Base) { self.abstract_class = true })
    Before.establish_connection(adapter: "sqlite3", database: ":memory:")
  end

  after { Before.remove_connection }

  let(:migration) do
    require Rails.root.glob("db/migrate/*_prepare_operations_tasks.active_data_flow.rb").first
    PrepareOperationsTasks
  end

  def migrate(direction) = migration.suppress_messages { migration.new.exec_migration(Before.connection, direction) }

  def columns(table = "operations_tasks") = Before.connection.columns(table).map { |column| [column.name, column.sql_type, column.null, column.default] }

  it "adds to the ancestor's tables what they lack, with which it can go on, and takes only that away again", req: %w[O-61 O-71] do
    V1Tables.make(Before.connection)
    row = "INSERT INTO operations_tasks (type, data, created_at, updated_at) VALUES ('ApproveInvoice', '{}', '2026-01-01', '2026-01-01')"
    Before.connection.execute(row)
    before = columns, Before.connection.indexes("operations_tasks").map(&:name)
    expect { migrate(:up) }.not_to change { columns("operations_task_participants") }
    expect(columns.to_h { |name, *rest| [name, rest] }.slice(*before.first.map(&:first))).to eq(before.first.to_h { |name, *rest| [name, rest] })
    expect(columns.map(&:first) - before.first.map(&:first)).to match_array(Operations::Storage::Columns::ADDED.keys.map(&:name))
    Before.connection.execute(row)
    task = Operations::Storage::ActiveRecord.new(connection_class: Before).all.last
    expect(task).to have_attributes(status: :active, _version: 1)
    migrate(:down)
    expect([columns, Before.connection.indexes("operations_tasks").map(&:name)]).to eq(before)
    expect(Before.connection.select_value("SELECT COUNT(*) FROM operations_tasks")).to eq(2)
  end

  it "makes the tables where there are none, and takes them away again" do
    migrate(:up)
    expect(Before.connection.tables).to match_array(%w[operations_tasks operations_task_participants])
    migrate(:down)
    expect(Before.connection.tables).to eq([])
  end
end
