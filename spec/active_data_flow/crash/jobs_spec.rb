# frozen_string_literal: true

require_relative "support/jobs/crashed_application"

# Flows in SolidQueue's own processes, killed at moments that nobody chose. The long version is `rake crash:jobs`.
RSpec.describe "Flows whose workers and supervisor are killed", :crash do
  include RailsApps

  shared_examples "a queue that loses nothing" do |kind|
    include CrashedApplication

    it "has each row once, with counters that add up, and goes on by itself", req: "A-33" do
      answer = killed_in(crashed_application(kind, sweep: 2), rows: 20_000, workers: 4, supervisors: 1, seed: RSpec.configuration.seed, lease: 2)
      expect(answer).to include(lost: 0, doubled: 0, wrong: 0, rejected: 0, counts: true, failed_jobs: 0)
      expect(answer).to include(workers: have_attributes(size: 4), supervisors: have_attributes(size: 1))
    end
  end

  context "on SQLite" do
    include_examples "a queue that loses nothing", :sqlite
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a queue that loses nothing", :postgresql
  end
end
