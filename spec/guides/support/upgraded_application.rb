# frozen_string_literal: true

# Run inside of an application that was upgraded as the guide says: see upgrade_spec.rb.
require File.expand_path("config/environment")
require_relative "../../support/eventually"
require_relative "../../support/forks"

module UpgradedApplication
  def invitation(name) = Invitation.all.find { |task| task.email == "#{name}@example.org" }

  def connection = ActiveRecord::Base.connection

  # What the ancestor has left in a queue.
  def job_of_v1(name, task)
    {"job_class" => name, "job_id" => SecureRandom.uuid, "queue_name" => "default", "arguments" => [{"_aj_globalid" => task.to_global_id.to_s}],
     "executions" => 0, "exception_executions" => {}, "locale" => "en", "enqueued_at" => Time.now.utc.iso8601}
  end
end

RSpec.configure do |config|
  config.include UpgradedApplication
  # All begin with what V1 has left. The one that forks comes last.
  config.register_ordering(:global) { |groups| groups.sort_by { |group| group.metadata[:apart] ? 1 : 0 } }
  config.around do |example|
    next example.run if example.metadata[:apart]

    connection.begin_transaction(joinable: false, _lazy: false)
    example.run
    connection.rollback_transaction
  end
end

RSpec.describe "An upgraded application" do
  describe "[rows]" do
    it "has its tasks in every status" do
      expect(Invitation.order(:id).map { |task| [task.email[/\w+/], task.task_status] }).to eq(
        [%w[due waiting], %w[unanswered waiting], %w[early waiting], %w[late waiting], %w[queued waiting], %w[unwanted waiting],
          %w[running active], %w[left active], %w[over completed], %w[old completed], %w[broken failed]]
      )
      expect(invitation("broken")).to have_attributes(exception_class: "ArgumentError", exception_message: "no post", exception_backtrace: "a.rb:1\nb.rb:2")
      expect(invitation("running").sub_tasks.to_a).to eq([invitation("over")])
      expect(invitation("over")).to have_attributes(parent: invitation("running"), completed_at: be < Time.now)
    end

    it "has the models that they name, and finds them by these" do
      expect(invitation("early")).to have_attributes(host: User.find_by!(name: "Ada"), guests: User.where(name: %w[Bob Cid]).to_a)
      expect([User.first, User.last].map { |user| user.operations.size }).to eq([11, 11])
      expect([User.first, User.last].map { |user| user.operations_as(:host).size }).to eq([11, 0])
    end

    it "has all that the table was lacking" do
      expect(connection.columns("operations_tasks").map(&:name)).to include("version", "claimed_until", "history", "unique_key")
    end
  end

  describe "[wakes]" do
    it "wakes what is due, in its own thread" do
      expect(Operations::Task.wake_sleeping).to eq(5) # four are due, one was left by its process
      expect(%w[due queued].map { |name| invitation(name) }).to all(be_completed.and(have_attributes(name: "Cid, invited by Ada")))
      expect(invitation("unanswered")).to be_waiting.and have_attributes(wakes_at: be > 9.minutes.from_now)
      expect(invitation("early")).to be_waiting.and have_attributes(name: "Cid")
      expect(invitation("late")).to be_failed.and have_attributes(exception_class: "Operations::Timeout")
    end

    it "serves interactions to their end" do
      expect(invitation("unwanted").answer!("Dan")).to be_completed.and have_attributes(name: "Dan, invited by Ada")
    end

    it "has new ones due at once, and not before the runner comes" do
      task = Invitation.call(email: "new@example.org", host: User.first)
      expect(task).to be_waiting.and have_attributes(wakes_at: be <= Time.now)
      expect(Invitation.later(email: "newer@example.org", host: User.first)).to be_waiting.and be_in(:invite)
      expect(ActiveJob::Base.queue_adapter.try(:enqueued_jobs).to_a).to eq([])
    end

    it "does the same without an initializer" do
      Operations.reset!
      expect([Operations.executor.class, Operations.storage.class, Operations.first_wake]).to eq([Operations::Executor::Inline, Operations::Storage::ActiveRecord, :immediate])
    end

    it "performs the jobs that V1 has enqueued, and such as the application's own code enqueues" do
      ActiveJob::Base.execute(job_of_v1("Operations::WakeTaskJob", invitation("queued")))
      expect(invitation("queued")).to be_completed
      ActiveJob::Base.execute(job_of_v1("Operations::DeleteOldTaskJob", invitation("unwanted")))
      expect(invitation("unwanted")).to be_nil
      Operations::WakeTaskJob.new(invitation("due")).perform_now
      expect(invitation("due")).to be_completed
    end

    it "writes what V1 can read" do
      invitation("due").wake_up!
      row = connection.select_one("SELECT * FROM operations_tasks WHERE current_state = 'done' AND data LIKE '%due@%'")
      expect(row).to include("task_status" => 100, "type" => "Invitation")
      expect(JSON.parse(row["data"])).to eq("email" => "due@example.org", "name" => "Cid, invited by Ada",
        "host_id" => "modelid-gid://shop/User/1", "guests_array" => "modelid-gid://shop/User/2,modelid-gid://shop/User/3")
    end
  end

  describe "[leftovers]" do
    it "goes on with a task whose process has died, and leaves those that may be running" do
      Operations::Task.wake_sleeping
      expect(invitation("left")).to be_completed.and have_attributes(name: "Cid, invited by Ada")
      expect(invitation("running")).to be_active.and have_attributes(name: "Cid")
    end

    it "deletes what is old, and tells its sub-tasks and models" do
      old = invitation("old").id
      expect(Operations::Task.delete_old).to eq(1)
      expect([Invitation.exists?(id: old), connection.select_value("SELECT COUNT(*) FROM operations_task_participants WHERE task_id = #{old}")]).to eq([false, 0])
    end
  end

  describe "[responses]" do
    def status_of(error) = ActionDispatch::ExceptionWrapper.new(nil, error).status_code

    it "says 422 for what is not valid, and 404 for what is not there" do
      refused = [-> { Invitation.call(email: "") }, -> { Invitation.find(0) }].map do |attempt|
        attempt.call
      rescue => error
        error
      end
      expect(refused.map { |error| status_of(error) }).to eq([422, 404])
    end
  end

  describe "[runner]", :apart do
    it "is started by the same rake task, and ended by a signal", :apart do
      ActiveRecord::Base.connection_handler.clear_all_connections!
      runner = fork do
        Rails.application.load_tasks
        Rake::Task["agent_runner"].invoke
        exit!(0)
      end
      expect(eventually { invitation("due").completed? }).to be(true)
      Process.kill(:TERM, runner)
      expect(Process.wait2(runner).last).to be_success
    ensure
      kill_if_alive(runner)
    end
  end
end
