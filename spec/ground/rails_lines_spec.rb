# frozen_string_literal: true

require_relative "../../rakelib/support/rails_lines"

# What `rake rails:lines` and `bin/test --rails` choose and print; that the lines hold is said by running them.
RSpec.describe "The lines of Rails" do
  it "are those that gemfiles/ has a file for, oldest first", req: "A-51" do
    expect(RailsLines.all).to eq(%w[7.1 7.2 8.0 8.1])
    expect(RailsLines.all.map { |line| File.read(RailsLines.gemfile(line))[/gem "rails", "~> (\S+?)\.0"/, 1] }).to eq(RailsLines.all)
  end

  it "are tried by the specs that name what Rails brings, and by no others" do
    specs = RailsLines.specs
    expect(specs).to include("spec/active_data_flow/rails/jobs_spec.rb", "spec/active_data_flow/engine/flows_spec.rb", "spec/operations/storage/active_record_spec.rb")
    expect(specs & %w[spec/operations/types_spec.rb spec/native/batch_spec.rb spec/ground/tree_spec.rb spec/walls_spec.rb]).to eq([])
    expect(specs.reject { |path| File.file?(File.join(RailsLines::ROOT, path)) }).to eq([])
  end

  describe "in the table" do
    report = ->(**summary) { JSON.generate(summary:) }

    around do |example|
      Dir.mktmpdir do |folder|
        @folder = folder
        example.run
      end
    end

    # As RSpec's report of a line says it; nil: there is none.
    define_method(:result) do |line, summary|
      path = File.join(@folder, "#{line}.json")
      File.write(path, report.call(**summary)) if summary
      allow(RailsLines).to receive_messages(report: path, versions: {"rails" => "#{line}.1", "pg" => "1.5"})
      RailsLines.result(line)
    end

    it "are green without a failure, an error outside of the examples, or a missing report" do
      expect(result("7.1", {example_count: 5, failure_count: 0, errors_outside_of_examples_count: 0, pending_count: 1})).to be_green
      expect(result("7.1", {example_count: 5, failure_count: 1, errors_outside_of_examples_count: 0})).not_to be_green
      expect(result("7.1", {example_count: 5, failure_count: 0, errors_outside_of_examples_count: 1})).not_to be_green
      expect(result("7.1", {example_count: 0, failure_count: 0, errors_outside_of_examples_count: 0})).not_to be_green
      expect(result("8.0", nil)).not_to be_green
    end

    it "stand with what they came to, one below the other" do
      results = [result("7.1", {example_count: 12, failure_count: 0, errors_outside_of_examples_count: 0, pending_count: 3}), result("8.1", nil)]
      rows = RailsLines.table(results).lines(chomp: true).map { |row| row.split("|").drop(1).map(&:strip) }
      expect(rows.first).to eq(%w[line rails sqlite3 pg trilogy mysql2 solid_queue examples failures skipped])
      expect(rows.drop(2)).to eq([%w[7.1 7.1.1 - 1.5 - - - 12 0 3], %w[8.1 8.1.1 - 1.5 - - - 0 1 0]])
      expect(RailsLines.page(results, {"PostgreSQL" => "15.18", "MariaDB" => nil})).to include("Run on Ruby #{RUBY_VERSION}, PostgreSQL 15.18.\n", RailsLines.table(results))
    end
  end

  it "are run one by one with bin/test --rails, which refuses a line that there is not", req: "A-51" do
    refused = on_clean_machine(File.join(CleanMachine::ROOT, "bin/test"), "--rails", "6.0")
    expect([refused.err, refused.status.exitstatus]).to eq(["bin/test: --rails takes a line that gemfiles/ has a file for, e.g. 7.1\n", 1])
  end
end
