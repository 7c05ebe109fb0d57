# frozen_string_literal: true

# Runs the snippets of one file, given as JSON on standard input, and writes what is wrong with them as JSON.
require "json"
require_relative "statements"

request = JSON.parse($stdin.read)
answers = $stdout.dup
room = Snippets::Statements.room
report = request["blocks"].map do |block|
  [block["line"], Snippets::Statements.new(block["source"], request["path"], block["line"]).run(room)]
end
answers.write(JSON.generate(report))
