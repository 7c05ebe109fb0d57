# frozen_string_literal: true

require "active_data_flow"
require "fileutils"
require "sqlite3"
require "tmpdir"

# What the programs of the door's specs begin with.
module Doors
  Door = ActiveDataFlow::Sqlite::Door
  Statements = ActiveDataFlow::Sqlite::Statements

  # Quotes as ActiveRecord's adapter does.
  QUOTING = Class.new do
    def quote_table_name(name) = %("#{name.gsub('"', '""')}")
    alias_method :quote_column_name, :quote_table_name
  end.new

  # A transaction is what its block returns: the gem before 2.0 says true.
  module Answering
    def transaction(mode = nil)
      return super unless block_given?

      answer = nil
      super { |raw| answer = yield raw }
      answer
    end
  end

  COLUMNS = %w[id name price].freeze

  module_function

  def connect(path = ":memory:", table: true)
    raw = SQLite3::Database.new(path).extend(Answering)
    raw.execute("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, name, price)") if table
    raw
  end

  def batch(*rows, columns: COLUMNS)
    ActiveDataFlow::Native::Batch.new(columns).tap { |batch| rows.each { |row| batch.push_row(row) } }
  end

  def many(count, from: 0) = batch(*Array.new(count) { |n| [from + n, "thing #{from + n}", n * 0.5] })

  def rows(batch) = Array.new(batch.size) { |row| Array.new(batch.outputs.size) { |column| batch.cell(row, column) } }

  def statements(mode, columns: COLUMNS, **) = Statements.new("things", columns, key: %w[id], quoting: QUOTING, **).for(mode)

  def writer(door, mode = :insert, columns: COLUMNS, **) = door.writer(mode, columns, **statements(mode, columns:, **))

  # Writes in a transaction of its own.
  def write(raw, batch, mode = :insert, **)
    Door.open(raw) { |door| raw.transaction { writer(door, mode, **).write(batch) } }
  end

  def all(raw) = raw.execute("SELECT * FROM things ORDER BY id")

  # @return [Array] class and message of what the block raised
  def refusal
    yield
    nil
  rescue => error
    [error.class, error.message]
  end

  # How many times this process has the file open.
  def open_files(path) = Dir["/proc/self/fd/*"].count { |link| File.readlink(link).start_with?(path) rescue false } # rubocop:disable Style/RescueModifier
end

include Doors # rubocop:disable Style/MixinUsage -- a program, not a library
