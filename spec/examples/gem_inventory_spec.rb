# frozen_string_literal: true

require "fileutils"
require "pathname"
require "pty"
require "sqlite3"
require "tmpdir"
require_relative "../../examples/gem_inventory/progress_bar"

RSpec.describe "examples/gem_inventory", req: %w[O-79 O-85] do
  run = File.expand_path("../../examples/gem_inventory/run.rb", __dir__)

  def demo(*arguments, program: self.class.metadata[:program])
    out, err, status = Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, program, *arguments)
    ChildRuby::Answer.new(out:, err:, status:)
  end

  # @return [String] a folder as in Gem.path, with gems of so many files
  def gem_home(folder, gems)
    gems.each do |name, files|
      FileUtils.mkdir_p([File.join(folder, "specifications"), File.join(folder, "gems", "#{name}-1.0", "lib")])
      File.write(File.join(folder, "specifications", "#{name}-1.0.gemspec"),
        "Gem::Specification.new { |gem| gem.name = '#{name}'; gem.version = '1.0'; gem.summary = 'a sample'; gem.authors = ['Ada'] }")
      files.times { |number| File.write(File.join(folder, "gems", "#{name}-1.0", "lib", "file_#{number}.rb"), "# #{number} of #{name}\n") }
    end
    folder
  end

  describe "the command", program: run do
    before(:all) do # one run of the whole program for all that look at it
      @folder = Dir.mktmpdir
      @home = gem_home(File.join(@folder, "home"), "small" => 4, "large" => 4_000)
      FileUtils.touch(File.join(@home, "gems", "small-1.0", ".hidden"))
      File.symlink("file_1.rb", File.join(@home, "gems", "small-1.0", "lib", "link.rb"))
      @file = File.join(@folder, "gems.sqlite3")
      @answer = demo("--gems", @home, "--database", @file)
    end

    after(:all) { FileUtils.remove_entry(@folder) }

    def asked(sql) = SQLite3::Database.new(@file).execute(sql)

    # 4,000, and twice (one is the private copy) 4 and a hidden one.
    files = 4_010

    it "succeeds, and finds nothing that is not as it should be" do
      expect(@answer).to be_success
      expect(@answer.err).to match(/\A[^\n]*gem_inventory run 1: its process .* is gone; goes on when its lease [^\n]*\n\z/)
      expect(@answer.out).not_to include("NOT OK")
      expect(@answer.out.scan(/^  ok: /).size).to eq(6)
    end

    it "is killed in the middle: the cursor in the file, and as many rows as it says" do
      read, rows = @answer.out.match(/ok: killed; its run is in_progress, has read (\d+) rows, and (\d+) are in the table\. Cursor:\n +str:"/).captures.map(&:to_i)
      expect(read).to eq(rows).and be_between(files * 2 / 5, files - 1)
    end

    it "is gone on with by another process, as the same run, at the saved cursor" do
      first, second = @answer.out.match(/the same run is a success: (\d+) rows by the first process, (\d+) by the second/).captures.map(&:to_i)
      expect(first).to eq(@answer.out[/has read (\d+) rows/, 1].to_i)
      expect(first + second).to eq(files)
    end

    it "has each path exactly once, and no path was written twice on the way" do
      expect(@answer.out).to include("#{files} paths in the table, #{files} found by a walk; 0 missing, 0 too many")
      expect(@answer.out).to include("#{files} writes seen by triggers: each path exactly once")
    end

    it "writes nothing in the second run, and three rows in the third, after three files were changed" do
      expect(@answer.out).to include("read #{files} = 0 new + 0 updated + #{files} unchanged + 0 filtered + 0 rejected + 0 skipped. Triggers saw 0 writes\n")
      expect(@answer.out).to include("read #{files} = 0 new + 3 updated + #{files - 3} unchanged + 0 filtered + 0 rejected + 0 skipped. Triggers saw 3 writes:\n")
    end

    it "keeps the file, where three runs stand and the rows have what was promised" do
      expect(asked("SELECT status, rows_read FROM active_data_flow_data_flow_runs")).to eq([["success", files]] * 3)
      path = File.join(File.realpath(@home), "gems", "large-1.0", "lib", "file_7.rb")
      row = asked("SELECT gem, version, bytes, xxh3 FROM gem_files WHERE path = '#{path}'").first
      expect(row).to eq(["large", "1.0", File.size(path), ActiveDataFlow.checksum(Pathname(path))])
    end

    it "leaves the gems alone: what it changed was a copy" do
      4.times { |number| expect(File.read(File.join(@home, "gems", "small-1.0", "lib", "file_#{number}.rb"))).to eq("# #{number} of small\n") }
    end

    it "shows progress with rows a second, the time it will take and the cursor, line by line where there is no terminal" do
      expect(@answer.out).to match(/^  \[#+ *\] +\d+ %  \d+ of #{files} +\d+ rows\/s  ETA +\d+ s  \.\.\..*\.rb$/)
      expect(@answer.out).not_to include("\e")
    end

    it "ends with the plan and what to try next" do
      expect(@answer.out).to match(/What GemInventoryFlow\.plan says:\n\n  GemInventoryFlow.*\n    reads   #{files} files of 2 gems, all of it\n.*writes  gem_files by path, mode :upsert/m)
      expect(@answer.out[/Three things to try next:\n(.*)\z/m, 1].lines.size).to eq(3)
    end

    it "does not begin in a file that is there already" do
      expect(demo("--database", @file)).to have_attributes(err: "invalid argument: --database #{@file}; it exists already, and the demo begins with a new one; --help says what there is\n", out: "")
    end
  end

  describe "its command line", program: run do
    it "explains itself with --help, and refuses what it does not know" do
      expect(demo("--help").out).to match(/--quiet.*--database FILE.*--gems FOLDER/m)
      expect(demo("--fast")).to have_attributes(success?: false, err: "invalid option: --fast; --help says what there is\n")
      expect(demo("--gems", "/nowhere").err).to include("/nowhere; it has no folder called specifications")
    end

    it "says in one sentence that there is no gem whose files it could change" do
      Dir.mktmpdir do |folder|
        answer = demo("--gems", gem_home(folder, "tiny" => 2))
        expect([answer.success?, answer.err.lines.size, answer.err]).to match([false, 1, /no gem in .* has 3 files/])
      end
    end
  end

  describe "the source" do
    # @return [Array<String>] names of the files that a flow reads from there on
    def names(source, **from) = source.fetch(limit: 10, **from).map { |row| File.basename(row[:path]) }

    it "goes on behind a path, although files came meanwhile" do
      require_relative "../../examples/gem_inventory/installed_files"
      Dir.mktmpdir do |folder|
        home = gem_home(folder, "sample" => 3)
        source = GemInventory::InstalledFiles.new(homes: [home])
        expect(names(source, after: nil)).to eq(%w[file_0.rb file_1.rb file_2.rb])
        after = source.position_of(source.fetch(after: nil, limit: 2).last)
        %w[a.rb file_11.rb].each { |name| FileUtils.touch(File.join(home, "gems", "sample-1.0", "lib", name)) }
        source.close
        expect(names(source, after:)).to eq(%w[file_11.rb file_2.rb])
        expect(names(source, after: "\u{10FFFF}")).to eq([])
      end
    end
  end

  describe "bin/demo" do
    it "names both demos with --help, and refuses what is neither" do
      door = File.expand_path("../../bin/demo", __dir__)
      expect(Programs.run(door, "--help").first).to match(/bin\/demo licences \[options\].*bin\/demo inventory \[options\]/m)
      _, err, status = Programs.run(door, "--limit")
      expect([err, status.exitstatus]).to match([/--limit is neither licences nor inventory/, 1])
    end
  end

  describe GemInventory::ProgressBar do
    # A run as far as a bar looks at one.
    def at(read, finished: false) = Struct.new(:counts, :cursor, :finished?).new({read:}, "str:\"/gems/a/file_#{read}.rb\"", finished)

    def drawn(**environment)
      PTY.open do |terminal, out|
        bar = described_class.new(out, 100, {"TERM" => "xterm", **environment.transform_keys(&:to_s)})
        [at(10), at(50), at(100, finished: true)].each { |run| bar.show(run) }
        out.puts "the end"
        terminal.gets("the end").delete_suffix("the end")
      end
    end

    it "is one line on a terminal, drawn again in place, and ends it with the run" do
      expect(drawn.scan("\r\e[K").size).to eq(3)
      expect(drawn.count("\n")).to eq(1)
    end

    it "is plain lines on a terminal that cannot move its cursor" do
      expect(drawn(TERM: "dumb")).not_to include("\e")
    end
  end
end
