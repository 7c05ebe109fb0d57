# frozen_string_literal: true

require "pty"
require "tmpdir"
require_relative "../../examples/licence_audit/audit"
require_relative "../../examples/licence_audit/installed_gems"

RSpec.describe "examples/licence_audit", req: %w[O-79 O-85] do
  run = File.expand_path("../../examples/licence_audit/run.rb", __dir__)

  def review(**given)
    LicenceReview.new(gem_name: "sample", gem_version: "1.0", folder: "/nowhere", **given)
  end

  describe LicenceAudit::Licence do
    {
      ["MIT"] => :permissive,
      %w[Ruby BSD-2-Clause] => :permissive,
      %w[MIT Artistic-1.0-Perl GPL-2.0-or-later] => :permissive,
      ["ruby"] => :copyleft,
      ["GPL-2.0+"] => :copyleft,
      ["GPL-3.0-only"] => :copyleft,
      %w[Ruby BSDL PSFL] => :unknown,
      [] => :unknown,
      [""] => :unknown,
      ["Apache License, Version 2.0"] => :unknown,
      ["MIT OR Apache-2.0"] => :permissive,
      ["MIT OR GPL-3.0-or-later"] => :permissive,
      ["MIT AND GPL-3.0-or-later"] => :copyleft,
      ["MIT AND (BSD-2-Clause OR GPL-2.0-or-later)"] => :permissive,
      ["GPL-2.0-only WITH Classpath-exception-2.0"] => :copyleft,
      ["MIT AND LicenseRef-ours"] => :unknown,
      ["(MIT"] => :unknown,
      ["MIT)"] => :unknown,
      ["MIT AND"] => :unknown
    }.each do |licences, terms|
      it "takes #{licences.inspect} for #{terms}" do
        expect(described_class.terms(licences)).to eq(terms)
      end
    end

    it "has no licence on both lists, and none that RubyGems does not know" do
      require "rubygems/util/licenses"
      known = Gem::Licenses::LICENSE_IDENTIFIERS + Gem::Licenses::DEPRECATED_LICENSE_IDENTIFIERS
      expect(described_class::PERMISSIVE & described_class::COPYLEFT).to eq([])
      expect(described_class::PERMISSIVE + described_class::COPYLEFT - known).to eq([])
    end
  end

  describe "the flowchart" do
    it "has neither errors nor warnings" do
      expect(LicenceReview.plan.errors + LicenceReview.plan.warnings).to eq([])
    end

    it "accepts a permissive licence at once" do
      task = LicenceReview.call(gem_name: "sample", gem_version: "1.0", folder: "/nowhere", licences: ["MIT"])
      expect(task).to be_completed.and be_in(:accepted)
    end

    it "lets a person decide about copyleft, who is kept in the task" do
      task = LicenceReview.call(gem_name: "sample", gem_version: "1.0", folder: "/nowhere", licences: ["GPL-3.0-only"])
      expect(task).to be_waiting.and be_in(:person_decides)
      task.reject!(by: "Ada", reason: "we ship it")
      expect(stored(task)).to have_attributes(current_state: "refused", decided_by: "Ada", reason: "we ship it")
    end

    it "looks a second time at what it does not know, then asks a person, then gives up" do
      start = Time.utc(2026, 3, 1)
      task = at(start) { LicenceReview.call(gem_name: "sample", gem_version: "1.0", folder: "/nowhere") }
      expect(task).to be_in(:second_look)
      at(start + 1) { Operations::Runner.new.tick }
      expect(stored(task)).to be_in(:person_decides)
      at(start + 4) { Operations::Runner.new.tick }
      expect(stored(task)).to be_completed.and be_in(:overdue)
    end

    it "finds the file with the licence's words, whatever it is called" do
      Dir.mktmpdir do |folder|
        File.binwrite(File.join(folder, "MIT-LICENCE.txt"), "\n  \xFFThe words  \nmore")
        task = LicenceReview.test(:find_text, gem_name: "sample", gem_version: "1.0", folder:)
        expect(task).to have_attributes(licence_file: "MIT-LICENCE.txt", licence_text: "?The words", current_state: "known?")
      end
    end

    it "reviews a gem that is installed twice once" do
      gem = {gem_name: "sample", gem_version: "1.0", folder: "/nowhere"}
      expect(LicenceReview.later(**gem)).to eq(LicenceReview.later(**gem))
    end
  end

  describe "the command" do
    before(:all) do # one run of the whole program for all that look at it
      @folder = Dir.mktmpdir
      out, err, status = Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, run, chdir: @folder)
      @answer = ChildRuby::Answer.new(out:, err:, status:)
    end

    after(:all) { FileUtils.remove_entry(@folder) }

    it "succeeds, writes no file and says nothing on standard error" do
      expect(@answer).to have_attributes(success?: true, err: "")
      expect(Dir.children(@folder)).to eq([])
    end

    it "reviews every installed gem, and its counts add up" do
      gems = LicenceAudit::InstalledGems.all
      reviews = gems.uniq { |gem| [gem.name, gem.version] }.size
      expect(@answer.out).to include("Installed gems: #{gems.size}, reviews: #{reviews} (one a version)")
      counts = @answer.out[/one a version\)\n\n(.*?)\n\n/m, 1].scan(/(\d+)$/).flatten.map(&:to_i)
      expect(counts.sum).to eq(reviews)
    end

    it "sees more than Bundler would show it" do
      expect(LicenceAudit::InstalledGems.all.map(&:name)).to include("bundler", "json", "rake")
    end

    it "prints a line for each change where standard output is no terminal, without escape codes" do
      expect(@answer.out).to match(/^ +\d+\.\d s  find_text \d+$/)
      expect(@answer.out).not_to include("\e")
    end

    it "draws the way of one review and tells it in words" do
      expect(@answer.out).to include("flowchart TD").and match(/^  [\d:.]{12}  find_text +[\d.]+ s  moved$/)
    end

    it "shows the review that nobody decided in time" do
      expect(@answer.out).to match(/ nobody decided in time\. Its gemspec names /)
    end

    it "says what to try next" do
      expect(@answer.out[/Three things to try next:\n(.*)\z/m, 1].lines.size).to eq(3)
    end

    it "says only the summary with --quiet, and takes fewer gems with --limit" do
      out, _, status = Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, run, "--quiet", "--limit", "2")
      expect(status).to be_success
      expect(out).to start_with("Installed gems: 2, reviews: 2 (one a version)\n")
    end

    it "explains itself with --help, and refuses what it does not know" do
      help, _, status = Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, run, "--help")
      expect([help, status.exitstatus]).to match([/--quiet.*--limit N/m, 0])
      _, err, status = Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, run, "--limit", "none")
      expect([err, status.exitstatus]).to eq(["invalid argument: --limit none; --help says what there is\n", 1])
    end
  end

  describe LicenceAudit::Board do
    # What the table looks like on a terminal.
    def drawn(**environment)
      PTY.open do |terminal, out|
        variables = {"TERM" => "xterm", **environment.transform_keys(&:to_s)}
        board = described_class.new(out, LicenceReview.state_handlers.keys, variables)
        2.times { board.show([review]) }
        out.puts "the end"
        terminal.gets("the end").delete_suffix("the end")
      end
    end

    it "is redrawn in place on a terminal, in colours" do
      expect(drawn).to include("\e[9A\e[J").and include("\e[33m")
    end

    it "has no colours with NO_COLOR" do
      expect(drawn(NO_COLOR: "1")).to include("\e[9A\e[J")
      expect(drawn(NO_COLOR: "1")).not_to match(/\e\[\d+m/)
    end

    it "is plain lines on a terminal that cannot move its cursor" do
      expect(drawn(TERM: "dumb").lines.size).to eq(1)
    end
  end
end
