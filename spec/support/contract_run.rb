# frozen_string_literal: true

require "json"
require "tmpdir"

# A file of examples run by an RSpec of its own, where what it loads must not come into the suite's process.
class ContractRun
  # Seconds that one of its examples has; less than the example of the suite that waits for them all.
  PATIENCE = "300"
  private_constant :PATIENCE

  # @return [String] what RSpec printed
  attr_reader :said

  # @param file [String]
  # @param env [Hash] of the other process
  # @param only [String, Array<String>, nil] words of which one is in an example's description
  # @yieldparam command [Array<String>] to be run somewhere else than in the checkout
  # @yieldreturn [String] what it printed
  def initialize(file, env: {}, only: nil, &elsewhere)
    Dir.mktmpdir do |folder|
      report = File.join(folder, "report.json")
      command = ["rspec", file, *Array(only).flat_map { |word| ["--example", word] }, "--format", "json", "--out", report]
      @said = elsewhere ? elsewhere.call(command) : in_checkout(env, command)
      told = File.exist?(report) ? JSON.parse(File.read(report)) : {}
      @examples = told.fetch("examples", [])
      @said += told.fetch("messages", []).join("\n") # what went wrong before the first
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

  def in_checkout(env, command)
    Programs.run_together({"SPEC_OPTS" => nil, "ADF_SPEC_PATIENCE" => PATIENCE, **env}, RbConfig.ruby, "-S", *command, chdir: CleanMachine::ROOT).first
  end

  def of(part) = @examples.select { |example| example["full_description"].include?(part) }

  # For specs whose examples are those of the run in `@run`.
  module Kept
    # @param part [String] what those examples are marked with, without its brackets
    # @param run [ContractRun]
    # @return [Array<String>] the examples, of which there is one at least
    def kept(part, run = @run)
      expect(run.broken("[#{part}]")).to eq([])
      expect(run.examples("[#{part}]")).not_to be_empty, run.said
      run.examples("[#{part}]")
    end
  end
end

RSpec.configure { |config| config.include(ContractRun::Kept) }
