# frozen_string_literal: true

require_relative "support/jobs/crashed_application"

# Flows in SolidQueue's own processes, killed at moments that nobody chose. The long version is `rake crash:jobs`.
#
# Which examples look at the moments that were chosen (protocols.md, P14):
#
#   claim, read, transform, BEGIN, fence, COPY, rows, savepoint, COMMIT,   crash_spec.rb: kill, stop, end (of the session)
#   renewer, answer lost; each guard removed                               crash_spec.rb: guards; run_store: mutants
#   before the callbacks, and in them                                      crash_spec.rb: kill; queueing: sweeping;
#                                                                          rails/solid_queue_deaths_spec.rb: death
#   before the job is finished; in the release; in the event's subscriber  rails/solid_queue_deaths_spec.rb: death
#   after winning a dispatch, after the enqueue; late jobs; two sweeps     queueing: dispatching, sweeping
#   between the split of a run and the enqueue of its parts; between the   queueing: parts
#   last part's commit, the end of the whole, and the callbacks
#   two equal jobs                                                         rails/jobs_spec.rb: job; rails/solid_queue_spec.rb: overlap
#   a deleted job                                                          rails/jobs_spec.rb: stop ("its job was lost")
#   a supervisor with its workers                                          rails/solid_queue_spec.rb: both
#   SIGSTOP past the lease, then SIGCONT                                   crash_spec.rb: stop; rails/solid_queue_deaths_spec.rb: SIGSTOP
#   a row that kills; a batch slower than the lease                        crash_spec.rb: poison; rails/solid_queue_deaths_spec.rb: poison, slow
#   the flow's row deleted                                                 rails/jobs_spec.rb: job; rails/solid_queue_deaths_spec.rb: deleted
#   the class changed                                                      engine: running; rails/jobs_spec.rb: changed
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
