# frozen_string_literal: true

require_relative "../support/child_ruby"
require_relative "support/snippet_file"

RSpec.describe "Flowcharts in README and guides", req: "O-45" do
  # Runs the snippets, then prints the warnings of every class that is not there to show an error.
  program = <<~RUBY
    require "json"
    require "stringio"
    require "operations"
    Operations.logger.level = Logger::FATAL
    answers, $stdout = $stdout, StringIO.new
    JSON.parse($stdin.read).each do |snippet|
      TOPLEVEL_BINDING.eval(snippet, "snippet.rb")
    rescue StandardError, ScriptError
      nil # a snippet may end with the error that it is about; another spec looks at that
    end
    sound = Operations::Registry.all.select { |klass| Operations::Machine::Chart.errors_of(klass).empty? }
    answers.write(JSON.generate([sound.size, sound.flat_map { |klass| klass.plan.warnings }]))
  RUBY

  drawn = Snippets::SnippetFile.all.select { |file| file.blocks.any? { |block| block.source.match?(/< Operations::Task\b/) } }

  it "are in several of them" do
    expect(drawn.map(&:name)).to include("README.md", "guides/how-a-task-runs.md", "guides/writing-an-adapter.md")
  end

  drawn.each do |file|
    it "pass STRICT=1 in #{file.name}" do
      snippets = JSON.generate(file.blocks.map(&:source))
      out, errors, status = Dir.mktmpdir do |folder| # some snippets make files
        Programs.run(RbConfig.ruby, "-I", ChildRuby::LIB, "-e", program, stdin_data: snippets, chdir: folder)
      end
      expect(status).to be_success, errors
      count, warnings = JSON.parse(out)
      expect(warnings).to eq([])
      expect(count).to be_positive
    end
  end
end
