# frozen_string_literal: true

# Run by sql_spec.rb: stores that each lack one part of the guard, and fail for it.
require_relative "host"

RSpec.describe "Runs in #{RunDatabase::KIND}" do
  include_context "a run database"

  %i[fence token commits status].each do |guard|
    describe "[without #{guard}]" do
      let(:store) { RunDatabase.store(RunDatabase.without(guard)) }

      include_examples "guarded commits"
    end
  end

  # SQLite's transactions begin with the file's lock, so that looking first is as good there.
  unless RunDatabase::KIND == :sqlite
    describe "[by a look]" do
      let(:store) { RunDatabase.store(RunDatabase.by_a_look) }

      include_examples "guarded commits"
      include_examples "a commit that waits for another"
    end
  end
end
