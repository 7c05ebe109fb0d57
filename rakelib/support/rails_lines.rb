# frozen_string_literal: true

require "fileutils"
require "json"
require "rbconfig"

# The specs that lean on Rails or a part of it, run once for each line of Rails that a file in gemfiles/ names; and the
# table of what came of it.
module RailsLines
  ROOT = File.expand_path("../..", __dir__)
  TABLE = "guides/matrix.md"
  # A spec is in the matrix when it, or what stands in its folder `support`, names what Rails brings. Nobody has to
  # keep a list: a new spec comes by itself.
  NAMES = /ActiveRecord|active_record|ActiveJob|active_job|SolidQueue|solid_queue|RailsApps|rails_app|\bRails\b/
  # Of the tree, the packages and the comparisons there is one, whatever Rails is.
  APART = %r{\Aspec/(ground|packaging|bench|examples|guides)/|\Aspec/[^/]+\z}
  # What the columns of the table tell of a line's Gemfile.lock.
  GEMS = %w[rails sqlite3 pg trilogy mysql2 solid_queue].freeze
  HEADINGS = ["line", *GEMS, "examples", "failures", "skipped"].freeze

  # What one line came to.
  #
  # failed:: descriptions of the examples that failed
  Result = Data.define(:line, :versions, :examples, :failures, :skipped, :failed) do
    def green? = failures.zero? && examples.positive?

    def cells = [line, *GEMS.map { |name| versions.fetch(name, "-") }, examples, failures, skipped].map(&:to_s)
  end

  module_function

  # @return [Array<String>] "7.1" and those after it
  def all = Dir.chdir(ROOT) { Dir["gemfiles/rails_*.gemfile"] }.map { |path| path[/rails_(.*)\.gemfile/, 1].tr("_", ".") }.sort_by { |line| Gem::Version.new(line) }

  # @return [Array<String>] the spec files of the matrix
  def specs
    Dir.chdir(ROOT) do
      Dir["spec/**/*_spec.rb"].sort.grep_v(APART).select do |path|
        [path, *support(path)].any? { |file| File.read(file).match?(NAMES) }
      end
    end
  end

  def support(path) = Dir["{#{File.dirname(path)},#{path.delete_suffix("_spec.rb")}}/support/**/*.rb"]

  # @param line [String]
  # @return [String] the path of its Gemfile
  def gemfile(line) = File.join(ROOT, "gemfiles/rails_#{line.tr(".", "_")}.gemfile")

  # Where RSpec's report of a line is kept: the lines may be run one at a time.
  def report(line) = File.join(ROOT, "tmp/rails_lines/#{line}.json")

  # Runs RSpec on one line; what it says is shown, its report is kept.
  # @param arguments [Array<String>] of RSpec
  # @return [Result]
  def run(line, arguments)
    FileUtils.rm_f(report(line))
    FileUtils.mkdir_p(File.dirname(report(line)))
    command = [RbConfig.ruby, "-S", "bundle", "exec", "rspec", *arguments, "--format", "progress", "--format", "json", "--out", report(line)]
    Bundler.with_original_env { system({"BUNDLE_GEMFILE" => gemfile(line)}, *command, chdir: ROOT) }
    result(line)
  end

  # @return [Result] of the last run; an error outside of the examples, or no report at all, is a failure as well
  def result(line)
    told = File.exist?(report(line)) ? JSON.parse(File.read(report(line))) : {}
    summary = told.fetch("summary", {})
    failures = summary.fetch("failure_count", 0) + summary.fetch("errors_outside_of_examples_count", 1)
    Result.new(line:, versions: versions(line), examples: summary.fetch("example_count", 0), failures:, skipped: summary.fetch("pending_count", 0), failed: failed(told))
  end

  def failed(told) = told.fetch("examples", []).select { |example| example["status"] == "failed" }.map { |example| example["full_description"] }

  # @return [Hash{String => String}] of the gems that the line's Gemfile.lock names, without their platforms
  def versions(line)
    lock = "#{gemfile(line)}.lock"
    File.exist?(lock) ? File.read(lock).scan(/^    (\S+) \((\d[\d.]*)/).to_h.slice(*GEMS) : {}
  end

  # @param results [Array<Result>]
  # @return [String] a table as Markdown has it, which is readable in a terminal too
  def table(results)
    rows = [HEADINGS, *results.map(&:cells)]
    widths = rows.transpose.map { |cells| cells.map(&:size).max }
    lines = rows.map { |cells| "| #{cells.zip(widths).map { |cell, width| cell.ljust(width) }.join(" | ")} |" }
    [lines.first, "|#{widths.map { |width| "-" * (width + 2) }.join("|")}|", *lines.drop(1)].join("\n")
  end

  # @param servers [Hash{String => String, nil}] name and version of what the specs ran on
  # @return [String] the guide's page
  def page(results, servers)
    on = ["Ruby #{RUBY_VERSION}", *servers.compact.map { |name, version| "#{name} #{version}" }].join(", ")
    <<~MARKDOWN
      # On which Rails this has been run

      `bin/test --all` runs the specs that lean on Rails or a part of it once for each line of Rails, and writes this page.
      Nothing in the gem asks for a version: it asks for the feature. What a line lacks is done by our own means, or refused
      with a sentence that names it.

      Run on #{on}.

      #{table(results)}
      #{failures(results)}
      Examples of what a line does not have are not there, or skipped:

      - Rails 7.1 does not see the columns that SQLite generates: to a flow, the table does not have them.
      - The gem sqlite3 before 2.0, which Rails 7.1 wants, cannot attach a file read-only. Rows between two SQLite files come through
        the process then; the flow's `plan` says so.
      - Rails before 8.1 calls what the gem json has no more since 3.0, and Rails 7.1 what minitest has no more since 6.0: an
        application on them needs `gem "json", "< 3"`, whether it has this gem or not.
      - SolidQueue on SQLite needs `gem "activerecord-enhancedsqlite3-adapter"` before Rails 8.
      - mysql2 crashes with prepared statements on MariaDB's client library; Rails leaves them off by default.
    MARKDOWN
  end

  def failures(results)
    named = results.flat_map { |result| result.failed.map { |example| "- Rails #{result.line}: #{example}\n" } }
    named.any? ? "\nWhat failed:\n\n#{named.join}" : ""
  end

  # @return [Hash{String => String, nil}] MariaDB only where its specs are run
  def servers
    {"PostgreSQL" => said("postgres", "--version"), "MariaDB" => (said("mariadbd", "--version") if ENV["ADF_SPEC_ALL"])}
  end

  def said(program, *arguments)
    folders = [*ENV.fetch("PATH").split(File::PATH_SEPARATOR), "/usr/sbin", *Dir["/usr/lib/postgresql/*/bin"].reverse]
    path = folders.map { |folder| File.join(folder, program) }.find { |file| File.executable?(file) }
    path && IO.popen([path, *arguments], err: File::NULL, &:read)[/\d+(\.\d+)+/]
  end
end
