# frozen_string_literal: true

require "psych"

RSpec.describe "bin/rails active_data_flow:sync_schedules" do
  include RailsApps

  flows = {
    "order_export" => "class OrderExportFlow < ActiveDataFlow::Base\n  source :orders\n  sink :order_exports, key: :id\n  schedule every: 1.day, at: \"02:00\", zone: \"Berlin\"\n  queue :exports\n  priority 5\nend\n",
    "letter" => "class LetterFlow < ActiveDataFlow::Base\n  source [{id: 1}]\n  sink { |row| row }\n  schedule :every, 5.minutes\nend\n",
    "unplanned" => "class UnplannedFlow < ActiveDataFlow::Base\n  source [{id: 1}]\n  sink { |row| row }\nend\n"
  }

  # What the jobs of this gem bring, as far as this is about them.
  stand_ins = <<~RUBY
    ActiveDataFlow::Configuration.class_eval do
      option :sweep_interval, default: 30, says: "" unless options.key?(:sweep_interval)
      option :sweep_queue, default: :active_data_flow_sweep, says: "" unless options.key?(:sweep_queue)
    end
    Rails.application.config.to_prepare do
      {DataFlowJob: nil, SweepJob: -1000}.each do |name, priority|
        ActiveDataFlow.const_set(name, Class.new(ActiveDataFlow::ApplicationJob) { queue_with_priority priority }) unless ActiveDataFlow.const_defined?(name)
      end
    end
  RUBY

  before(:context) do
    @app = rails_app
    @app.write("config/initializers/stand_ins.rb", stand_ins)
    @app.write("config/application.rb", @app.read("config/application.rb").sub(/^Bundler\.require.*$/, "\\0\nrequire \"solid_queue\" unless ENV[\"WITHOUT_SOLID_QUEUE\"]"))
    flows.each { |name, text| @app.write("app/data_flows/#{name}_flow.rb", text) }
    @usual = "production:\n  clear_solid_queue_finished_jobs:\n    command: \"SolidQueue::Job.clear_finished_in_batches(sleep_between_batches: 0.3)\"\n    schedule: every hour at minute 12\n"
    @app.write("config/recurring.yml", @usual)
  end

  # The database has no table of SolidQueue's, as that of a development machine.
  it "says what differs, writes it, and is content then", req: %w[A-12 A-15 A-16 A-19 A-20] do
    before = @app.rails("active_data_flow:sync_schedules:check")
    expect([before.status.exitstatus, @app.read("config/recurring.yml")]).to eq([1, @usual])
    expect(before.out).to include("bin/rails active_data_flow:sync_schedules would change:", "+   data_flow_order_export:\n+     class: \"ActiveDataFlow::DataFlowJob\"\n+     args: [\"order_export\"]\n")

    expect(@app.rails!("active_data_flow:sync_schedules")).to eq("Wrote 2 schedules and the sweep into config/recurring.yml (production).\n")
    expect(Psych.load(@app.read("config/recurring.yml"))["production"]).to match(
      "data_flow_letter" => {"class" => "ActiveDataFlow::DataFlowJob", "args" => ["letter"], "schedule" => "every 5 minutes", "description" => "LetterFlow: every 5 minutes"},
      "data_flow_order_export" => {"class" => "ActiveDataFlow::DataFlowJob", "args" => ["order_export"], "schedule" => "0 2 * * * Europe/Berlin", "queue" => "exports", "priority" => "5",
                                   "description" => "OrderExportFlow: every 1 day at 02:00 Berlin"},
      "active_data_flow_sweep" => a_hash_including("class" => "ActiveDataFlow::SweepJob", "schedule" => "every 30 seconds", "queue" => "active_data_flow_sweep", "priority" => "-1000"),
      "clear_solid_queue_finished_jobs" => a_hash_including("schedule" => "every hour at minute 12")
    )
    expect(@app.runner("puts ActiveDataFlow::DataFlow.order(:name).pluck(:name).inspect")).to eq("[\"letter\", \"order_export\", \"unplanned\"]\n")
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere" # a build has no database
    expect(@app.rails!("active_data_flow:sync_schedules", DATABASE_URL: nowhere)).to include("nothing was changed")
    expect(@app.rails!("active_data_flow:sync_schedules:check", DATABASE_URL: nowhere)).to eq("The schedules are up to date.\n")
  end

  it "says which jobs another scheduler has to enqueue, where there is no SolidQueue" do
    said = @app.rails("active_data_flow:sync_schedules", WITHOUT_SOLID_QUEUE: "1")
    expect(said.status.exitstatus).to eq(1)
    expect(said.err).to include("Schedules are written for SolidQueue, which this application does not load.", "bundle add solid_queue",
      "  0 2 * * * Europe/Berlin   ActiveDataFlow::DataFlowJob.perform_later(\"order_export\")\n", "  every 30 seconds          ActiveDataFlow::SweepJob.perform_later\n")
  end

  describe "inside of the application" do
    before(:context) do
      @run = ContractRun.new(File.expand_path("support/schedules_in_an_application.rb", __dir__)) do |command|
        outcome = @app.run("bundle", "exec", *command)
        outcome.out + outcome.err
      end
    end

    it "writes what SolidQueue's supervisor and scheduler accept, in every environment", req: "A-21" do
      kept("accepted")
    end

    it "replaces the file in one step, or leaves it" do
      kept("file")
    end

    it "changes nothing where one entry would not work", req: "A-18" do
      kept("refused")
    end

    it "keeps SolidQueue's dynamic tasks the same as the flows, where it is told to" do
      kept("dynamic")
    end
  end
end
