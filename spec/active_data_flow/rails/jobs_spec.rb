# frozen_string_literal: true

# Flows in jobs, with the test adapter, inside of a Rails application in a process of its own.
RSpec.describe "Flows in the jobs of a Rails application" do
  include RailsApps

  def examples_in(app, **env)
    ContractRun.new(File.expand_path("support/jobs_in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command, **env)
      outcome.out + outcome.err
    end
  end

  shared_examples "a runtime of flows" do
    it "makes runs and their jobs after the commit, many in one call", req: %w[A-04 A-26 A-28 A-54] do
      kept("enqueue")
    end

    it "has the parts of a flow done side by side" do
      kept("parts")
    end

    it "is an ActiveJob, in the application's queue", req: %w[A-03 A-05 A-06 A-07 A-09 A-10 A-11 A-13 A-29 A-30 A-36] do
      kept("job")
    end

    it "ends between two batches, and goes on", req: %w[A-05 A-31] do
      kept("stop")
    end

    it "goes on with a class that was changed" do
      kept("changed")
    end

    it "has one run of a flow at a time", req: "A-08" do
      kept("conflict")
    end

    it "tries again what may be tried again", req: %w[A-34 A-35 A-37] do
      kept("retries")
    end

    it "chains flows", req: "A-27" do
      kept("chain")
    end

    it "is configured", req: %w[A-02 A-44] do
      kept("settings")
    end

    it "is patient with flows of a version to come, and with sources that ask for it" do
      kept("unknown")
      kept("left alone")
    end

    it "leaves flows alone that a person has made inactive", req: "A-37" do
      kept("inactive")
    end

    it "asks its database little where there is nothing to do" do
      kept("little")
    end

    it "is swept up" do
      kept("sweep")
    end
  end

  before(:context) { @app = rails_app(RailsApps.installed, RAILS_ENV: "development") }

  context "whose ActiveJob continues jobs" do
    before(:context) { @run = examples_in(@app) }

    include_examples "a runtime of flows"

    it "is swept up by a person" do
      expect(@app.rails!("active_data_flow:sweep")).to match(/\Adispatched: \d+, cancelled: 0, callbacks: 0/)
    end
  end

  context "whose ActiveJob does not" do
    before(:context) { @run = examples_in(@app, ADF_SPEC_WITHOUT_CONTINUABLE: "1") }

    include_examples "a runtime of flows"
  end
end
