# frozen_string_literal: true

# What each guard is there for, in a whole flow. Without it rows are lost or doubled, which shows that these crashes would
# tell; the fence's number, and the status, are told by the store's own specs (the token changes whenever they do).
RSpec.shared_examples "guards of a commit" do
  # A standby was promoted that had not heard of everything: the run is there as it was after so many commits.
  def restore(scenario, run, rows:)
    scenario.sql("DELETE FROM order_exports WHERE order_id > #{rows}", "DELETE FROM audits WHERE order_id > #{rows}",
      "UPDATE active_data_flow_data_flow_runs SET #{run}")
  end

  # A word of MySQL's own.
  def cursor = (CrashDatabase::KIND == :mysql) ? "`cursor`" : "cursor"

  def stopped(scenario, flow: nil, point: "after COMMIT", **options)
    process = flow ? CrashScenario.of(scenario, flow).begin(point:, deed: "stop", **options) : scenario.begin(point:, deed: "stop", **options)
    expect(process).to be_stopped
    process
  end

  # The last commit is lost, and the worker does not know.
  def lose_a_commit(mutant)
    scenario = CrashScenario.new
    worker = stopped(scenario, mutant:)
    restore(scenario, "commits = 1, #{cursor} = 'int:10', rows_read = 10, rows_filtered = 1, rows_new = 9", rows: 10)
    finish(scenario, worker)
  end

  # The claim is lost as well: another worker gets the same fence, and comes as far by other batches.
  def lose_a_claim(mutant)
    scenario = CrashScenario.new
    worker = stopped(scenario, mutant:)
    restore(scenario, "commits = 0, claim_commits = 0, #{cursor} = NULL, rows_read = 0, rows_filtered = 0, rows_new = 0, " \
      "fence = 0, token = NULL, prev_token = NULL, lease_until = NULL, status = 'pending'", rows: 0)
    other = stopped(scenario, flow: SmallerExportFlow)
    finish(scenario, worker, other)
  end

  # The worker stands still where it has looked, or is about to write without having to look.
  def overtake(mutant)
    scenario = CrashScenario.new
    worker = stopped(scenario, point: "before the fence", mutant:)
    scenario.take_over
    finish(scenario, worker)
  end

  def finish(scenario, *workers)
    said = workers.map { |worker| worker.go_on && worker.value.answer }
    scenario.take_over
    [said.flatten.grep(/Error/), scenario.facts.then { |facts| [facts.rows, facts.twice, facts.counts] }]
  ensure
    scenario.remove
  end

  def unharmed = [[], [@undisturbed.rows, [], @undisturbed.counts]]

  it "[guards] the number of commits: a commit that a new primary has lost is done again" do
    expect(lose_a_commit(nil)).to eq(unharmed)
    expect(lose_a_commit(:commits).last).not_to eq(unharmed.last)
  end

  it "[guards] the token: a claim that a new primary has lost commits nothing more" do
    expect(lose_a_claim(nil)).to eq(unharmed)
    expect(lose_a_claim(:token).last).not_to eq(unharmed.last)
  end

  # A file's transaction begins with its lock, so that nobody can come between a look and a write.
  if CrashDatabase::KIND == :postgresql
    it "[guards] the UPDATE itself: who is overtaken after a look writes nothing" do
      expect(overtake(nil)).to eq(unharmed)
      expect(overtake(:look).last).not_to eq(unharmed.last)
    end
  end
end
