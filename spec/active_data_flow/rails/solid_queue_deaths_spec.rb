# frozen_string_literal: true

# Flows in SolidQueue's own processes, which are stopped, and killed at moments that were chosen.
RSpec.describe "Flows in SolidQueue whose processes die" do
  include RailsApps
  include SolidQueues

  watched = <<~RUBY
    class WatchedFlow < GatedFlow
      after_complete { |run| Deaths.at("in the callbacks") || Deaths.told(run) }
    end
  RUBY

  # Row 21 ends each process that comes to it.
  poisoned = <<~RUBY
    class PoisonedFlow < ActiveDataFlow::Base
      source((1..60).map { |number| {number:} })
      batch_size 10
      on_error :quarantine, budget: 1
      transform { |row| Process.kill(:KILL, Process.pid) && sleep if row[:number] == 21 }
      sink :copies, mode: :insert
    end
  RUBY

  # For two leases and a half of a second, at row 21, no thread of the process goes on, so nobody renews the lease either.
  frozen = <<~RUBY
    require "fiddle"
    class FrozenFlow < ActiveDataFlow::Base
      STILL = Fiddle::Function.new(Fiddle.dlopen(nil)["usleep"], [Fiddle::TYPE_INT], Fiddle::TYPE_INT, need_gvl: true)

      source((1..60).map { |number| {number:} })
      batch_size 10
      on_error :quarantine, budget: 1
      transform { |row| 5.times { STILL.call(500_000) } if row[:number] == 21 }
      sink :copies, mode: :insert
    end
  RUBY

  # Ends its process at a point, once: where a file is that names the point.
  deaths = <<~'RUBY'
    module Deaths
      RUNS = "active_data_flow_data_flow_runs"
      POINTS = {"before the callbacks" => /UPDATE #{RUNS}.*dispatches = dispatches \+ 1.*callbacks_due = 1/m, "in the release" => /UPDATE #{RUNS}.* SET token = NULL/,
                "in the event's subscriber" => /DELETE FROM "solid_queue_failed_executions"/}

      class << self
        def at(point)
          File.delete(Rails.root.join("tmp/#{point}"))
          Process.kill(:KILL, Process.pid) && sleep
        rescue Errno::ENOENT
        end

        def told(run) = ActiveRecord::Base.connection.execute("INSERT INTO calls (run_id) VALUES (#{run.id})")

        def start(_name, _id, payload) = POINTS.each { |point, sql| at(point) if payload[:sql].match?(sql) }

        def finish(*) = nil
      end
    end
    ActiveSupport::Notifications.subscribe("sql.active_record", Deaths)
    ActiveSupport::Notifications.subscribe("perform.active_job") { |event| Deaths.at("before the job is finished") if event.payload[:job].is_a?(ActiveDataFlow::DataFlowJob) }
  RUBY

  files = {"app/data_flows/gated_flow.rb" => QueueApps::GATED_FLOW, "app/data_flows/watched_flow.rb" => watched, "app/data_flows/poisoned_flow.rb" => poisoned, "app/data_flows/frozen_flow.rb" => frozen, "config/initializers/deaths.rb" => deaths}

  define_method(:furnish) do |app|
    files.each { |path, text| app.write(path, text) }
    app.migrate("CreateCopies", "create_table(:copies) { |t| t.integer :number }\ncreate_table(:calls) { |t| t.bigint :run_id }\n")
    add_solid_queue(app)
  end

  contract = File.expand_path("support/deaths_in_an_application.rb", __dir__)

  shared_examples "a queue whose processes meet their end" do
    it "commits nothing by a worker that stood still past its lease, and goes on elsewhere", req: "A-33" do
      kept("SIGSTOP")
    end

    it "puts aside the one row that kills workers, and carries over all others" do
      kept("poison")
    end

    it "loses nothing and rejects nothing where a batch takes longer than the lease" do
      kept("slow")
    end

    it "comes to the same wherever a worker or a supervisor is killed" do
      expect(kept("death")).to include(/before the callbacks/, /in the callbacks/, /before the job is finished/, /in the release/, /in the event's subscriber/)
    end

    it "leaves a flow alone whose row was deleted" do
      kept("deleted")
    end
  end

  context "with one SQLite database" do
    before(:context) { @run = examples_in(furnish(rails_app(RailsApps.installed, RAILS_ENV: "development")), contract) }

    include_examples "a queue whose processes meet their end"
  end

  context "with PostgreSQL", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_solid_queue_deaths")
      url = "postgresql:///adf_solid_queue_deaths?host=#{Postgresql.folder}&port=5432&username=postgres"
      @run = examples_in(furnish(rails_app(RailsApps.installed, RAILS_ENV: "development", DATABASE_URL: url)), contract)
    end

    include_examples "a queue whose processes meet their end"
  end
end
