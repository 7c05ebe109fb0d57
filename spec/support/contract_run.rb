# frozen_string_literal: true

require "json"
require "open3"
require "tmpdir"

# A file of examples run by an RSpec of its own, where what it loads must not come into the suite's process.
class ContractRun
  # @return [String] what RSpec printed
  attr_reader :said

  def initialize(file)
    Dir.mktmpdir do |folder|
      report = File.join(folder, "report.json")
      @said, = Open3.capture2e({"SPEC_OPTS" => nil}, RbConfig.ruby, "-S", "rspec", file, "--format", "json", "--out", report,
        chdir: CleanMachine::ROOT)
      @examples = File.exist?(report) ? JSON.parse(File.read(report))["examples"] : []
    end
  end

  # @return [Array<String>] the examples of one part of the file
  def examples(part) = of(part).map { |example| example["full_description"] }

  # @return [Array<Array<String>>] those that did not pass, each with its error
  def broken(part)
    of(part).reject { |example| example["status"] == "passed" }
      .map { |example| [example["full_description"], example.dig("exception", "message")] }
  end

  private

  def of(part) = @examples.select { |example| example["full_description"].include?(part) }
end
