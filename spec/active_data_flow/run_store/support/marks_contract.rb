# frozen_string_literal: true

# Run by marks_spec.rb in a process for each database. At the desk:
# ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/run_store/support/marks_contract.rb
require_relative "run_database"

RSpec.describe "Marks in #{RunDatabase::KIND}" do
  before(:context) do
    RunDatabase.connect
    2.times { ActiveDataFlow.prepare_marks!("ActiveRecord::Base") }
  end

  after(:context) { RunDatabase.disconnect }

  around { |example| Eventually.ends(example) }

  before do
    RunDatabase.empty
    connection { |one| one.execute("DELETE FROM active_data_flow_marks") }
  end

  let(:marks) { ActiveDataFlow::RunStore::SQL::Marks.for(RunDatabase.database) }
  let(:first) { claim(7, fence: 2, token: "first") }

  def connection(&) = ActiveRecord::Base.connection_pool.with_connection(&)

  def claim(id, fence:, token:, commits: 0, cursor: nil)
    ActiveDataFlow::RunStore::Claim.new(id:, fence:, token:, commits:, cursor:, lease_seconds: 15, flow_name: "ExportFlow")
  end

  def run_of(claim, born: "2026-11-27") = {flow_name: "ExportFlow", run_id: claim.id.to_s, born:, state: "{}"}

  def take(claim, identity: "one", **more) = marks.take(identity, claim, **run_of(claim, **more))

  # Where there is none yet.
  def make(claim, identity: "one")
    marks.add(identity, claim, **run_of(claim))
    take(claim, identity:)
  end

  def commit(claim, identity: "one", by: marks, to: "int:1")
    by.commit(identity, claim, to:, state: %({"at":"#{to}"})) { RunDatabase::SinkRow.create!(name: to) && nil }
  end

  def sink = RunDatabase::SinkRow.order(:id).pluck(:name)

  def without(guard)
    rest = marks.class::GUARDS.except(guard).values.join(" AND ")
    Class.new(marks.class) { define_method(:guards) { rest } }.new(RunDatabase.database)
  end

  describe "[taken]" do
    it "is one that there is, and made once by two" do
      expect(take(first)).to be_nil
      2.times { marks.add("one", first, **run_of(first)) }
      expect(take(first)).to have_attributes(run_id: "7", fence: 2, token: "first", commits: 0, cursor: nil)
      expect(connection { |one| one.select_value("SELECT count(*) FROM active_data_flow_marks") }).to eq(1)
    end

    it "by a newer claim, with what was committed under the older one" do
      make(first)
      commit(first)
      expect(take(claim(7, fence: 3, token: "second"))).to have_attributes(fence: 3, token: "second", commits: 1, cursor: "int:1", state: %({"at":"int:1"}))
    end

    it "by an older claim of the same run never, nor twice" do
      make(claim(7, fence: 3, token: "second"))
      expect([take(first), take(claim(7, fence: 3, token: "second")), marks.find("one").token]).to eq([nil, nil, "second"])
    end

    it "by a newer run, from where that one is, and by an older run never" do
      make(claim(9, fence: 5, token: "nine", commits: 4, cursor: "int:9"))
      expect(take(claim(10, fence: 1, token: "ten", cursor: "int:2"))).to have_attributes(run_id: "10", fence: 1, commits: 0, cursor: "int:2")
      expect([take(claim(9, fence: 8, token: "nine")), marks.find("one").token]).to eq([nil, "ten"])
    end

    it "by another run of the same number, which a restore has made, never as if it were that run's" do
      make(first)
      expect(take(claim(7, fence: 9, token: "other"), born: "2026-11-28")).to be_nil
      seen = marks.find("one")
      marks.forget("one", seen, claim(7, fence: 9, token: "other", commits: 3), **run_of(first, born: "2026-11-28"))
      expect(take(claim(7, fence: 9, token: "other"), born: "2026-11-28")).to have_attributes(token: "other", commits: 3)
      marks.forget("one", seen, first, **run_of(first))
      expect(marks.find("one")).to have_attributes(token: "other", born: "2026-11-28")
    end
  end

  describe "[commit]" do
    before { make(first) }

    it "has the rows and the cursor, or none of them" do
      commit(first)
      expect { marks.commit("one", first.with(commits: 1), to: "int:2", state: "{}") { RunDatabase::SinkRow.create!(name: "no") && raise("no") } }.to raise_error("no")
      expect([sink, marks.find("one")]).to match([["int:1"], have_attributes(commits: 1, cursor: "int:1", state: %({"at":"int:1"}))])
    end

    it "has the state that came of it" do
      marks.commit("one", first, to: "int:1", state: "foretold") { "as it came" }
      expect(marks.find("one")).to have_attributes(commits: 1, state: "as it came")
      marks.tidy("one", first, "tidy")
      marks.tidy("one", first.with(token: "another"), "by another")
      expect(marks.find("one")).to have_attributes(commits: 1, state: "tidy")
    end
  end

  # Each differs from the claim that has the mark by one thing alone, against which one guard stands.
  stale = {
    identity: ->(examples) { [examples.first, "two"] },
    fence: ->(examples) { [examples.first.with(fence: 1), "one"] },
    token: ->(examples) { [examples.first.with(token: "lost"), "one"] },
    commits: ->(examples) { [examples.first.with(commits: 1), "one"] }
  }

  stale.each do |guard, made|
    it "[guards] refuse another #{guard}, and nothing else does" do
      make(first)
      wrong, identity = made.call(self)
      expect { commit(wrong, identity:) }.to raise_error(ActiveDataFlow::LeaseLost, /ExportFlow run 7: another worker has its mark/)
      expect([sink, marks.find("one").commits]).to eq([[], 0])
      commit(wrong, identity:, by: without(guard))
      expect([sink, marks.find("one").commits]).to eq([["int:1"], 1])
    end
  end
end
