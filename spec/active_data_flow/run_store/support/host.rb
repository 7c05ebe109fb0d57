# frozen_string_literal: true

require_relative "run_database"

# A file has one writer: what several do at once in a database of rows is no question there.
RSpec.configure { |config| config.filter_run_excluding(:server) if RunDatabase::KIND == :sqlite }

# The database, its store, and a sink beside it.
RSpec.shared_context "a run database" do
  include_context "runs in a store"

  before(:context) { RunDatabase.connect }
  after(:context) { RunDatabase.disconnect }

  # A store may hang where it should fail; the suite is not to wait for it.
  around { |example| Eventually.ends(example) }

  before do
    RunDatabase.empty
    Operations.logger = Logger.new(IO::NULL)
  end

  let(:store) { RunDatabase.store }

  def tamper(run_id, **columns) = RunDatabase::Run.where(id: run_id).update_all(columns)

  def sink = RunDatabase::SinkRow.order(:id).pluck(:name)

  def write(*names) = names.each { |name| RunDatabase::SinkRow.create!(name:) }.then { {} }
end

# Where writers wait for a row, and not for the whole file.
RSpec.shared_examples "a commit that waits for another" do
  it "lets one of two commits through, of which the second looks while the first is open" do
    claim = claimed
    other = nil
    commit(claim) do
      write("first")
      other = Thread.new { commit(claim) { write("second") } }.tap { |thread| thread.report_on_exception = false }
      sleep 0.01 until ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value(Servers::ALL.fetch(RunDatabase::KIND)::WAITING) }
      {}
    end
    expect { other.value }.to raise_error(lost)
    expect(sink).to eq(["first"])
  end
end
