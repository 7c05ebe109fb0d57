# frozen_string_literal: true

require "io/wait"
require "timeout"

# Real signals to real processes.
RSpec.describe Operations::Runner, "and signals", req: "O-57" do
  # A runner with one task that is in the middle of its handler when "begun" is printed, until a line comes in.
  let(:program) { <<~RUBY }
    require "operations"
    $stdout.sync = true
    class Slow < Operations::Task
      starts_with :work
      action(:work) { puts "begun"; gets }.then(:done)
      result :done
    end
    task = Slow.later
    begin
      Operations::Runner.new(wake_interval: 3600).start(handle_signals: ENV["HANDLE"] == "yes")
      puts "stopped"
    ensure
      puts task.reload.status
    end
  RUBY

  # @return [Array(String, Process::Status)] what was printed after "begun", and how the process ended
  def run_and_signal(handle:)
    command = [{"HANDLE" => handle}, RbConfig.ruby, "-I", ChildRuby::LIB, "-e", program]
    Timeout.timeout(Eventually::PATIENCE) do
      Open3.popen2(*command, err: IO::NULL) do |input, output, process|
        expect(output.gets).to eq("begun\n")
        yield process.pid, input, output
        input.close unless input.closed?
        [output.read, process.value]
      end
    end
  end

  %w[INT TERM].each do |signal|
    it "ends after the task it runs when #{signal} comes and it was asked to" do
      printed, status = run_and_signal(handle: "yes") do |pid, input|
        Process.kill(signal, pid)
        input.puts
      end
      expect(printed).to eq("stopped\ncompleted\n")
      expect(status).to be_success
    end

    it "leaves #{signal} alone otherwise: the process ends, and the task is due again" do
      printed, status = run_and_signal(handle: "no") { |pid, _input| Process.kill(signal, pid) }
      expect(printed).to eq("waiting\n")
      expect(status.termsig).to eq(Signal.list.fetch(signal))
    end

    it "gives way to a second #{signal}" do
      printed, status = run_and_signal(handle: "yes") do |pid, _input, output|
        Process.kill(signal, pid) until output.wait_readable(0.1)
      end
      expect(printed).to eq("waiting\n")
      expect(status.termsig).to eq(Signal.list.fetch(signal))
    end
  end

  # A runner on the main thread with nothing to do; "idle" is printed when that thread sleeps.
  def idle_runner(setting, start: "runner.start")
    program = <<~RUBY
      require "operations"
      $stdout.sync = true
      runner = Operations::Runner.new(wake_interval: 100)
      main = Thread.current
      def runner.tick = super.tap { @looked = true }
      def runner.looked? = @looked
      watch = Thread.new do
        Thread.pass until runner.looked? && main.stop?
        puts "idle"
      end
      #{setting}
      #{start}
      puts "stopped"
    RUBY
    Timeout.timeout(50) do # half of the interval
      Open3.popen2(ChildRuby::BUNDLER, RbConfig.ruby, "-I", ChildRuby::LIB, "-e", program, err: IO::NULL) do |_input, output, process|
        expect(output.gets).to eq("idle\n")
        yield process.pid
        expect(output.read).to eq("stopped\n")
        expect(process.value).to be_success
      ensure
        Process.kill(:KILL, process.pid) if process.alive?
      end
    end
  end

  %w[INT TERM].each do |signal|
    it "ends at once by #{signal} when it has nothing to do" do
      idle_runner("", start: "runner.start(handle_signals: true)") { |pid| Process.kill(signal, pid) }
    end
  end

  it "ends at once where a trap of the program's own says stop" do
    idle_runner('trap("TERM") { runner.stop }') { |pid| Process.kill("TERM", pid) }
  end

  it "ends at once where another thread says stop" do
    idle_runner("Thread.new { watch.join && runner.stop }") {}
  end

  it "goes on in the parent, whatever its fork does with the copy", req: "O-88" do
    idle_runner(<<~RUBY) {}
      Thread.new do
        watch.join
        Process.wait(fork { runner.stop.start(handle_signals: true) && exit!(0) })
        runner.stop
      end
    RUBY
  end

  it "puts back the handlers that there were" do
    seen = []
    before = %w[INT TERM].to_h { |signal| [signal, trap(signal) { seen << signal }] }
    described_class.new.stop.start(handle_signals: true)
    %w[INT TERM].each { |signal| Process.kill(signal, Process.pid) }
    sleep 0.001 until seen.size == 2
    expect(seen).to match_array(%w[INT TERM])
  ensure
    before.each { |signal, handler| trap(signal, handler || "DEFAULT") }
  end
end
