# frozen_string_literal: true

# Run by ../kills_spec.rb in processes of their own.
require_relative "../../crash/support/crash_process"

class MirroredOrder < ActiveRecord::Base
  self.table_name = "orders"
end

class MirroredCopy < ActiveRecord::Base
  self.table_name = "order_copies"
end

class PushedMirrorFlow < ActiveDataFlow::Base
  source :orders, scope: -> { where("id % 7 <> 0") }
  batch_size 5
  filter { |row| row[:id].in?([30, 31, 32]) == false }
  rename id: :order_id
  keep :order_id, :name
  on_error :quarantine, budget: 5
  sink :order_copies, key: :order_id, mode: :mirror, max_deletes: nil
end

class BlockMirrorFlow < PushedMirrorFlow
  transform { |row| row[:name] += "" }
end

RSpec.describe "A mirror" do
  unseen = ActiveDataFlow::ActiveRecord::Unseen
  let(:rows) { 100 }
  let(:config) { CrashDatabase.fresh(rows:) }

  after { CrashDatabase.remove(config) }

  def within(&work) = CrashProcess.new(config, &work).value.answer

  # Below, between and above what the source has, beside what is there already.
  let(:gone) { [*-20..0, *(7..rows).step(7), 30, 31, 32, *rows + 1..rows + 100] }

  before { fill }

  def fill(ids = gone) = within { MirroredCopy.upsert_all(ids.map { |order_id| {order_id:, name: "order #{order_id}"} }, unique_by: :order_id).rows.size }

  def process(flow, strike = nil, **options)
    CrashProcess.new(config, **options) do
      Strikes.arm(*strike) if strike
      [flow.run_now.status, flow.runs.sum { |run| run.counts[:deleted] }]
    end
  end

  # What the sink has, by the database; what nothing happened to had.
  def sink = within { MirroredCopy.order(:order_id).pluck(:order_id, :name) }

  def expected = (1..rows).reject { |id| (id % 7).zero? || [30, 31, 32].include?(id) }.map { |id| [id, "order #{id}"] }

  # A server takes a moment to see that a client is gone; until then the run is another's.
  def goes_on(flow, later: 2, times: 1)
    status = deleted = nil
    10.times { |turn| status, deleted = process(flow, later: later + turn).value.answer unless status == "success" }
    expect([status, sink, deleted]).to eq(["success", expected, times * gone.size])
  end

  points = {"before it looks for what is to go" => [unseen, :delete, :before, 4], "between a batch's deletes and its COMMIT" => [unseen, :delete, :after, 4],
            "in the last commit" => [unseen, :delete, :after, 18]}
  [PushedMirrorFlow, BlockMirrorFlow].each do |flow|
    points.each do |name, point|
      it "[killed] #{name} (#{flow.name}) deletes what it would have deleted" do
        expect(process(flow, point).value.signal).to eq("KILL")
        goes_on(flow)
      end
    end
  end

  [PushedMirrorFlow, BlockMirrorFlow].each do |flow|
    it "[random] deletes what it would have deleted (#{flow.name})" do
      random = Random.new(RSpec.configuration.seed)
      kills = ends = turns = 0
      while kills < 10
        case (how = struck(flow, random.rand(1..3), 2 * (turns += 1), random))
        when "KILL" then kills += 1
        when "success" then (ends += 1) && fill
        when "in_progress" then next # it is still the one's before
        else raise how
        end
      end
      goes_on(flow, later: 2 * turns + 2, times: ends + 1)
    end
  end

  # At some moment after so many commits. Where the kill comes too late, the run has ended, and there is a mirror to be made again.
  # @return [String] the signal it ended by, or how the run did
  def struck(flow, commits, later, random)
    at_work, told = IO.pipe
    process = CrashProcess.new(config, later:) do
      left = commits
      flow.run_now { |_run| (left -= 1).zero? && told.write(".") && sleep(0.02) }.status
    end
    told.close
    at_work.read(1)
    sleep(random.rand * 0.02)
    Process.kill(:KILL, process.pid)
    ended = process.value
    ended.signal || ended.answer
  ensure
    at_work&.close
  end
end
