# frozen_string_literal: true

require "rbconfig"
require_relative "../../bench/flow"

# The programs hold what each implementation leaves in the sink against what SQL says it has to hold, and end with the difference.
# So a program that ends well is the proof that all of them did the same; that it would notice is proved apart.
RSpec.describe "the programs about flows in bench/" do
  # Without Bundler, as they are run by hand; it would be half of what they take.
  tiny = {"ROWS" => "2_000", "PEER_ROWS" => "1_000", "ROUNDS" => "1", "RUNS" => "3", "FSYNC" => "off", "RUBYOPT" => nil}
  folder = File.expand_path("../../bench", __dir__)
  columns = ["implementation", "rows", "rows/s", "wall", "CPU", "peak memory", "/ limit", "ours / it"]
  written = columns.dup.insert(6, "written", "dead tuples")
  few = "upsert_all,COPY,ours"

  # Program => headings, how many tables, sides (all without): every peer carries rows once per kind of database and of write.
  programs = {
    "flow_pushdown" => [columns, 1, few], "flow_copy" => [columns, 1], "flow_upsert" => [written, 1], "flow_rerun" => [written, 1, few],
    "flow_block" => [columns, 1, few], "flow_sqlite" => [columns, 3], "flow_checkpoint" => [columns, 2],
    "flow_new" => [["implementation", "new rows", "p50", "p99", "statements", "commits", "p50 / plain"], 2],
    "flow_memory" => [%w[implementation rows rows/s before peak growth], 2, "one database,upsert_all"]
  }

  # Every table's cells, the headings first.
  def tables(output) = output.split(/^### /).drop(1).map { |part| part.lines.grep(/\A\|/).map { |line| line.split("|").map(&:strip).reject(&:empty?) } }

  # What the guarded statements write is known beforehand; upsert_all writes everything.
  def expect_exact_writes(table)
    written = table.to_h { |name, *cells| [name, cells[5, 2]] }
    expect(written).to include("**one guarded upsert**" => ["19 %", "180"], "**the same behind a join**" => ["19 %", "180"],
      "in_batches + upsert_all" => ["100 %", "900"], "find_each + save!" => ["19 %", anything])
  end

  # Names and reasons.
  def absent(output) = output.scan(/^- absent: (.+?) \((.+)\)$/)

  programs.each do |program, (headings, count, sides)|
    it "leave the same rows whoever carries them, and print a table: #{program}", *(:postgresql unless program == "flow_sqlite") do
      output, status = Programs.run_together({**tiny, "SIDES" => sides}, RbConfig.ruby, File.join(folder, "#{program}.rb"))
      expect(status).to be_success, output
      expect(tables(output).map(&:first)).to eq [headings] * count
      expect(tables(output).flat_map { |table| table.drop(2) }.map(&:size)).to all(eq(headings.size))
      missing = absent(output).reject { |name, _| name.start_with?("C loop") }
      missing.reject! { |name, _| name.start_with?("ours") } unless ActiveDataFlow::Native.const_defined?(:Steps)
      expect(missing).to be_empty
      expect_exact_writes(tables(output).first) if program == "flow_upsert"
    end
  end

  it "keep each bad row of a file, beside what the databases' own programs do with the good ones: file_import", :postgresql do
    skip "needs the sqlite3 shell" unless system("sqlite3", "--version", out: File::NULL, err: File::NULL)

    output, status = Programs.run_together({**tiny, "LONG" => "20_000"}, RbConfig.ruby, File.join(folder, "file_import.rb"))
    expect(status).to be_success, output
    expect(tables(output).map { |table| table.drop(2).size }).to eq([3, 2, 2, 2])
    expect(output).to include("each bad row kept with line, text and reason: 20 of 20", "a line for each row: 1980 of 1980")
  end

  it "make the same mirror as plain SQL does: flow_mirror", :postgresql do
    output, status = Programs.run_together(tiny, RbConfig.ruby, File.join(folder, "flow_mirror.rb"))
    expect(status).to be_success, output
    expect(tables(output).map(&:first)).to eq([written, columns])
    expect(tables(output).first.drop(2).map { |cells| cells[6, 2] }).to all(eq(["0 %", "20"]))
    expect([tables(output).map { |table| table.drop(2).size }, absent(output)]).to eq([[3, 2], []])
  end

  it "have a place for their tables in README.md, which measure.rb fills" do
    readme = File.read(File.join(folder, "README.md"))
    [*programs.keys, "file_import", "flow_mirror"].each { |program| expect(readme).to match(/<!-- #{program} -->\n.+<!-- end -->/m) }
  end

  describe "notice when other rows are there than should be" do
    def workload(kind)
      Class.new(Bench::Flow::Workload) do
        title "a copy"
        place kind
        set buyer: "upper(customer)"
      end
    end

    # Hands a place with sixty rows in its source, and the means to write to its sink.
    def with_place(kind)
      place = kind.new(workload(kind), 60)
      place.prepare
      place.reset
      yield place, workload(kind).select
    ensure
      place&.close
    end

    shared_examples "a place that looks" do
      it "finds them equal, one missing, one changed, one too many" do
        copying do |place, write|
          expect { place.check(120) }.to raise_error(Bench::Flow::Wrong, /0 rows/)
          write.call(:all)
          expect { place.check(120) }.not_to raise_error
          ["DELETE FROM order_copies WHERE id = 40", "UPDATE order_copies SET note = 'other' WHERE id = 40",
            "INSERT INTO order_copies SELECT 41, buyer, email, state, note, quantity, total, gift, ordered_at, shipped_at FROM order_copies WHERE id = 40"].each do |sql|
            place.reset
            write.call(:all)
            write.call(sql)
            expect { place.check(120) }.to raise_error(Bench::Flow::Wrong)
          end
        end
      end
    end

    context "on SQLite" do
      def copying
        with_place(Bench::Flow::Sqlite) do |place, _|
          select = workload(Bench::Flow::Sqlite).select(from: "place.orders")
          write = lambda do |sql|
            database = SQLite3::Database.new(place.address[:sink])
            database.execute("ATTACH ? AS place", [place.address[:source]])
            database.execute((sql == :all) ? "INSERT INTO order_copies #{select}" : sql)
            database.close
          end
          yield place, write
        end
      end

      it_behaves_like "a place that looks"
    end

    context "on PostgreSQL", :postgresql do
      def copying
        kind = Bench::Flow::Postgresql
        with_place(kind) do |place, select|
          source, sink = kind.configs(place.address, apart: true).map { |config| PG.connect(host: config[:host], port: config[:port], user: config[:username], dbname: config[:database]) }
          rows = source.exec(select).values
          write = lambda do |sql|
            next sink.exec(sql) unless sql == :all

            rows.each { |row| sink.exec_params("INSERT INTO order_copies VALUES (#{(1..10).map { |i| "$#{i}" }.join(", ")})", row) }
          end
          yield place, write
        ensure
          [source, sink].each { |connection| connection&.close }
        end
      end

      it_behaves_like "a place that looks"
    end
  end
end
