# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "tmpdir"

# Where an example plays: an SQLite file that is gone when its program ends, or an empty database of your own:
#
#   EXAMPLE_DATABASE=postgresql:///scratch bin/exec ruby examples/order_export/run.rb
module Room
  module_function

  # Connects, and makes the tables of runs and rejects.
  # @yieldparam database [ActiveRecord::ConnectionAdapters::AbstractAdapter] for the tables and rows of the example
  def open(&tables)
    ActiveRecord::Base.establish_connection(url)
    ActiveDataFlow.prepare_database!
    ActiveRecord::Base.with_connection(&tables) if tables
  end

  # @param word [String] of the environment
  # @return [String] the URL of a database; programs that this one starts find it, too
  def url(word = "EXAMPLE_DATABASE") = ENV[word] ||= "sqlite3:#{File.join(folder, word)}?timeout=5000"

  # @return [String] an empty folder, for the example's files
  def folder = @folder ||= Dir.mktmpdir.tap { |path| at_exit { FileUtils.remove_entry(path) if Process.pid == OWNER } }

  OWNER = Process.pid
  private_constant :OWNER

  # @return [void]
  def write(sql) = ActiveRecord::Base.with_connection { |database| database.execute(sql) }

  # @return [String] what a query finds, a row a line
  def table(sql)
    rows = ActiveRecord::Base.with_connection { |database| database.select_rows(sql) }.map { |row| row.map(&:to_s) }
    widths = rows.transpose.map { |column| column.map(&:size).max }
    rows.map { |row| "  #{row.zip(widths).map { |text, width| text.ljust(width) }.join("  ").rstrip}" }.join("\n")
  end

  # @return [String] what became of the rows of a run, e.g. "success: 4 read, 3 new, 1 rejected"
  def outcome(run)
    counts = run.counts.except(:written).reject { |_name, count| count.zero? }
    "#{run.status}: #{counts.map { |name, count| "#{count} #{name}" }.join(", ")}".delete_suffix(": ")
  end
end
