# frozen_string_literal: true

namespace :rails do
  desc "Run the specs that lean on Rails on each line of it (LINES=7.1,8.1), print the table; when each has been run, write it to guides/matrix.md"
  task :lines do
    require_relative "support/rails_lines"
    results = (ENV["LINES"]&.split(",") || RailsLines.all).map do |line|
      puts "", "Rails #{line}:"
      RailsLines.run(line, RailsLines.specs)
    end
    # A page of some of the lines would say less than the one that is there.
    whole = RailsLines.all.map { |line| RailsLines.result(line) }
    File.write(File.join(RailsLines::ROOT, RailsLines::TABLE), RailsLines.page(whole, RailsLines.servers)) if whole.all? { |result| result.examples.positive? }
    puts "", RailsLines.table(results)
    abort "bin/test: this does not hold: the specs on each line of Rails" unless results.all?(&:green?)
  end
end
