# frozen_string_literal: true

require "logger"
require "sqlite3"
require "stringio"
require "tmpdir"

RSpec.describe "run_now" do
  before { ActiveDataFlow::RunStore.reset! }

  # @return [Class] a flow of six rows in batches of two
  def flow(name, sink = ->(row) { row }, &more)
    stub_const(name, Class.new(ActiveDataFlow::Base) do
      source((1..6).map { |id| {id:} })
      sink sink
      batch_size 2
      class_exec(&more) if more
    end)
  end

  describe "with a block" do
    it "calls it with the run as it is after each commit" do
      seen = []
      flow("ToldFlow").run_now { |run| seen << [run.counts[:read], run.cursor, run.status] }
      expect(seen).to eq([[2, "int:2", "in_progress"], [4, "int:4", "in_progress"], [6, "int:6", "success"]])
    end

    it "ends the run with what the block raises; the next one goes on behind that commit" do
      written = []
      told = flow("BrokenBarFlow", ->(row) { written << row[:id] })
      expect { told.run_now { raise IOError, "the bar is broken" } }.to raise_error(IOError, "the bar is broken")
      expect(ActiveDataFlow::RunStore.memory.runs("broken_bar").first).to have_attributes(status: "failed", cursor: "int:2")
      expect(told.run_now).to be_success
      expect(written).to eq([1, 2, 3, 4, 5, 6])
    end
  end

  describe "while another worker has the run" do
    let(:log) { StringIO.new }

    before { Operations.logger = Logger.new(log) }

    after { Operations.logger = nil }

    # A worker that stops at its first row until it is let go on, and a second one that has seen it.
    # @return [Array(Thread, Thread, Queue)]
    def two_at_once(name, &more)
      inside, go_on = Queue.new, Queue.new
      both = flow(name, &more)
      both.transform { |row| inside.push(row) && go_on.pop if row[:id] == 1 }
      first = Thread.new { both.run_now }
      inside.pop
      second = Thread.new { both.run_now }
      Thread.pass until log.string.include?("already running") || !second.alive?
      [first, second, go_on]
    end

    it "returns that run at once" do
      first, second, go_on = two_at_once("SkipFlow")
      expect(second.value).to be_in_progress
      go_on << true
      expect(second.value).to eq(first.value)
    end

    it "waits for its end under on_conflict :wait, and returns it" do
      first, second, go_on = two_at_once("WaitFlow") { on_conflict :wait }
      go_on << true
      expect(second.value).to eq(first.value).and be_success
      expect(second.value.counts).to include(read: 6)
    end

    # The other process, on another machine as it seems, is killed at its third row, and nobody tells anybody. Its lease
    # ends sooner here than it would.
    it "takes it over under on_conflict :wait when its lease ends" do
      Dir.mktmpdir do |folder|
        program = <<~RUBY
          require "active_data_flow/active_record"
          ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ARGV[0], timeout: 5000)
          ActiveDataFlow.prepare_database!
          ActiveRecord::Base.connection_pool.with_connection do |connection|
            connection.create_table(:numbers, id: false, if_not_exists: true) { |table| table.integer :number, primary_key: true }
          end
          class NumbersFlow < ActiveDataFlow::Base
            source { (1..6).map { |number| {number:} } }
            transform { |row| Process.kill(:KILL, Process.pid) if row[:number] == ARGV[1].to_i }
            sink :numbers, key: :number
            batch_size 2
            on_conflict :wait
          end
          run = NumbersFlow.run_now
          print [run.status, run.id, run.counts[:read], ActiveRecord::Base.connection_pool.with_connection { |one| one.select_values("SELECT number FROM numbers") }].inspect
        RUBY
        file = File.join(folder, "numbers.sqlite3")
        expect(child_ruby(program, file, "3").status.termsig).to eq(Signal.list["KILL"])
        SQLite3::Database.new(file).execute("UPDATE active_data_flow_data_flow_runs SET owner = 'another-host:1:abcd', lease_until = strftime('%Y-%m-%d %H:%M:%f', 'now', '+5 seconds')")
        expect(child_ruby(program, file, "0").out).to eq('["success", 1, 6, [1, 2, 3, 4, 5, 6]]')
      end
    end
  end
end
