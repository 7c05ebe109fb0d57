# frozen_string_literal: true

require "prism"
require "stringio"
require_relative "promise"

module Snippets
  # The statements of one block, each with what its comments promise.
  class Statements
    # @return [Binding] in which local variables live on from block to block
    def self.room = TOPLEVEL_BINDING.dup

    # @param source [String]
    # @param path [String] of the Markdown file
    # @param line [Integer] where the source begins in it
    def initialize(source, path, line)
      @parsed = Prism.parse(source)
      @lines = source.lines
      @path = path
      @line = line
    end

    # @return [Array<String>] a sentence for everything that is not as the block says
    def run(room)
      error = @parsed.errors.first
      return ["#{where(error.location.start_line)}: #{error.message}"] if error

      nodes.each_with_index.flat_map { |node, index| check(node, index, room) }
    end

    private

    def nodes = @parsed.value.statements.body

    def check(node, index, room)
      promises = promises_of(node, nodes[index + 1]&.location&.start_line || (@lines.size + 1))
      outcome = Outcome.of { room.eval(node.slice, @path, @line + node.location.start_line - 1) }
      promises = [Promise.nothing_raised] if promises.empty?
      broken = promises.filter_map { |promise| promise.broken_by(outcome, room) }
      broken.map { |text| "#{where(node.location.start_line)}: #{text}" }
    end

    # Comments from the statement's first line up to the next statement.
    def promises_of(node, next_line)
      first = node.location.start_line
      comments = @parsed.comments.select { |comment| comment.location.start_line.between?(first, next_line - 1) }
      Promise.read(comments.map { |comment| [comment.slice, comment.location.start_line >= node.location.end_line] })
    end

    def where(line) = "line #{@line + line - 1}"

    # What one statement did: its value, the error it raised, what it printed.
    Outcome = Data.define(:value, :error, :printed) do
      def self.of
        printed = $stdout = StringIO.new
        new(value: yield, error: nil, printed: printed.string)
      rescue Exception => error # rubocop:disable Lint/RescueException -- a SyntaxError or an exit is an answer, too
        new(value: nil, error:, printed: printed.string)
      ensure
        $stdout = STDOUT
      end
    end
  end
end
