# frozen_string_literal: true

require "rbconfig"

RSpec.describe "the program about stored tasks in bench/" do
  folder = File.expand_path("../../bench", __dir__)

  # The ancestor stays away: its gems would be installed.
  it "holds what each side stores against what was to be stored, and prints a table for each database", :postgresql do
    tiny = {"TASKS" => "5", "SAMPLES" => "1", "ROUNDS" => "1", "FSYNC" => "off", "SIDES" => "statements,ours", "RUBYOPT" => nil}
    output, status = Programs.run_together(tiny, RbConfig.ruby, File.join(folder, "task_active_record.rb"))
    expect(status).to be_success, output
    expect(output.scan(/^### (.+)/).flatten).to eq ["T2: SQLite", "T2: PostgreSQL", "T2: PostgreSQL, every transition flushed"]
    expect(output.scan(/^\| \*\*(.+?)\*\*/).flatten).to eq ["the statements", "ours"] * 3
    expect(output.scan(/^- at least (\S+) times the statements: \d/).flatten).to eq %w[0.5 0.5 0.85]
  end

  # Nothing is timed here: what measure.rb has measured, all sides in one run, is written down.
  it "has measured the ancestor beside ours, which is at least as quick on each database", req: "O-81" do
    tables = File.read(File.join(folder, "README.md"))[/<!-- task_active_record -->\n(.+?)<!-- end -->/m, 1].split(/^### /).drop(1)
    expect(tables.map { |table| table[/\| the ancestor .*\| (\S+) +\|$/, 1].to_f }).to match([be >= 4, be >= 4, be >= 1])
    expect(tables.join).not_to include("not reached")
  end

  it "has a place for its tables in README.md, which measure.rb fills" do
    expect(File.read(File.join(folder, "README.md"))).to match(/<!-- task_active_record -->\n.+<!-- end -->/m)
  end
end
