# frozen_string_literal: true

require "tmpdir"

# Runners as the gem async-container starts them: one program, many worker processes.
RSpec.describe "async-container", req: "O-67" do
  around { |example| Dir.mktmpdir { |folder| (@folder = folder) && example.run } }

  let(:preamble) { <<~RUBY }
    require "operations"
    require "async/container"
    require #{File.expand_path("../support/storages", __dir__).dump}
    Console.logger.off!
    JOURNAL = #{File.join(@folder, "journal").dump}

    class Noted < Operations::Task
      starts_with :note
      action(:note) { File.write(JOURNAL, "\#{id} \#{Process.pid}\\n", mode: "a") }.then(:done)
      result :done
    end
  RUBY

  it "runs workers on a shared storage, and no wake twice" do
    answer = child_ruby(preamble + <<~RUBY)
      Operations.storage = Storages::SharedFile.new(#{File.join(@folder, "tasks.json").dump})
      ids = Array.new(40) { Noted.later.id }
      container = Async::Container.new
      container.run(count: 4, name: "worker") do |instance|
        instance.ready!
        Operations::Runner.new(wake_interval: 0.01).start
      end
      sleep 0.01 until File.exist?(JOURNAL) && File.foreach(JOURNAL).count >= 40
      container.stop
      lines = File.readlines(JOURNAL, chomp: true).map(&:split)
      puts lines.map(&:first).sort == ids.sort, lines.map(&:last).include?(Process.pid.to_s)
    RUBY
    expect(answer.err).to eq("")
    expect(answer.out).to eq("true\nfalse\n")
  end

  it "refuses to run on copies of one memory, and says what to do" do
    answer = child_ruby(preamble + <<~RUBY)
      Operations.storage = Operations::Storage::Memory.new
      Noted.later
      container = Async::Container.new
      container.run(count: 2, name: "worker") do |instance|
        Operations::Runner.new(wake_interval: 0.01).start
      rescue Operations::Error => error
        File.write(JOURNAL, error.message + "\\n", mode: "a")
      end
      container.wait
    RUBY
    expect(answer.err).to eq("")
    expect(File.readlines(File.join(@folder, "journal"))).to match([/copy of its parent's Storage::Memory.*share a storage/] * 2)
  end

  it "runs on a memory of each worker's own" do
    answer = child_ruby(preamble + <<~RUBY)
      container = Async::Container.new
      container.run(count: 2, name: "worker") do |instance|
        Operations.storage = Operations::Storage::Memory.new
        2.times { Noted.later }
        Operations::Runner.new.tick
      end
      container.wait
    RUBY
    expect(answer.err).to eq("")
    expect(File.readlines(File.join(@folder, "journal")).map { |line| line.split.last }.tally.values).to eq([2, 2])
  end
end
