# frozen_string_literal: true

require "json"
require "rbconfig"
require "tmpdir"

module Snippets
  # A Markdown file with its ```ruby blocks, which are run in their order by one child process.
  class SnippetFile
    Block = Data.define(:language, :line, :source)

    ROOT = File.expand_path("../../..", __dir__)
    CHILD = File.expand_path("snippet_child.rb", __dir__)
    FENCE = /\A(?<indent> *)```(?<info>.*)\z/
    # What is no Ruby needs no run; a word that is not here is a misspelling of one that is.
    OTHERS = ["", "console", "text", "mermaid", "dot", "rust", "toml", "sql", "json", "yaml", "erb", "html"].freeze

    # @return [Array<SnippetFile>] README.md, where there is one, and the guides
    def self.all = Dir[File.join(ROOT, "README.md"), File.join(ROOT, "guides/**/*.md")].map { |path| new(path) }

    # @return [String]
    attr_reader :path

    def initialize(path)
      @path = path
    end

    # @return [String] from the root of the project
    def name = @path.delete_prefix("#{ROOT}/")

    # @return [Array<Block>]
    def blocks = fences.select { |block| block.language == "ruby" }

    # @return [Array<String>] fences that are neither ```ruby nor one of the languages that are not run
    def strange_fences
      (fences - blocks).reject { |block| OTHERS.include?(block.language) }
        .map { |block| "#{name}:#{block.line - 1}: ```#{block.language}" }
    end

    # @return [Hash{Integer=>Array<String>}] what is wrong in the block that starts at that line
    def problems = @problems ||= run_child

    private

    def fences = @fences ||= read_fences(File.readlines(@path, chomp: true).each.with_index(1))

    def read_fences(lines)
      found = []
      loop do
        text, number = lines.next
        fence = FENCE.match(text)
        found << Block.new(language: fence[:info].strip, line: number + 1, source: source_in(lines, fence[:indent])) if fence
      end
      found
    end

    # @raise [StopIteration] for a fence that is never closed, which ends the file as in Markdown
    def source_in(lines, indent)
      source = []
      until (text, = lines.next).first.strip == "```"
        source << text.delete_prefix(indent)
      end
      source.join("\n")
    end

    # In an empty folder, so that a snippet that writes a file leaves nothing behind.
    def run_child
      Dir.mktmpdir do |folder|
        out, errors, status = Programs.run(RbConfig.ruby, "-I#{ROOT}/lib", CHILD, stdin_data: request, chdir: folder)
        raise "#{name}: the snippets ended their process (#{status}):\n#{errors}" unless status.success?

        JSON.parse(out).to_h
      end
    end

    def request = JSON.generate(path: @path, blocks: blocks.map(&:to_h))
  end
end
