# frozen_string_literal: true

# How much memory a flow takes on top of what the loaded process has, however many rows it carries. Aim: 64 MB for ten million.
# One kind of path each, beside ActiveRecord's batches on fewer rows (they are bounded as well).
#
#   bin/exec ruby bench/flow_memory.rb
#   ROWS=10_000_000 ROUNDS=1 bin/exec ruby bench/flow_memory.rb
#
# Environment: see bench/flow.rb.
require_relative "flow"

# SQLite without the mapping of its files that Rails sets: pages of a file that the system has mapped count as the
# process's, and are not its memory.
class UnmappedSqlite < Bench::Flow::Sqlite
  def self.words = "#{super}, mmap_size = 0"

  def self.configs(...) = super.map { |config| {**config, pragmas: {mmap_size: 0}} }
end

MEMORY = {"PostgreSQL" => Bench::Flow::Postgresql, "SQLite" => UnmappedSqlite}.map do |name, kind|
  Class.new(Bench::Flow::Workload) do
    title "Memory of a flow: #{name}"
    place kind
    source_in :source, :sink
    set buyer: "customer", state: "'exported'"
    row { |row| row.merge!("buyer" => row.delete("customer"), "state" => "exported") }

    kind == Bench::Flow::Postgresql and ours("ours, declarative, one database") { |child| Bench::Flow::Ours.new(child, :OrderCopyFlow) }
    ours("ours, declarative", apart: true) { |child| Bench::Flow::Ours.new(child, :OrderCopyFlow) }
    ours("ours, a Ruby block", apart: true) { |child| Bench::Flow::Ours.new(child, :OrderMarkFlow) }
    peers "in_batches + upsert_all", apart: true
  end
end

Bench::Flow.measure(*MEMORY, report: Bench::Flow::MemoryReport)
