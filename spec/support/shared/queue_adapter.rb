# frozen_string_literal: true

# Of the run of a queue's contract (rails/support/queue_contract.rb) in `@run`.
# @param row [String] of the table in guides/queue-adapters.md
RSpec.shared_examples "a queue of flows and tasks" do |row, processes: true|
  it "carries flows over, one job of a flow at a time", req: %w[A-08 A-22 A-26] do
    kept("through")
    kept("overlap")
  end

  it "goes on elsewhere after a worker was told to end", req: %w[A-05 A-33] do
    kept("TERM")
  end

  it("goes on after a worker was killed in the middle of a batch, with each row once", req: "A-33") { kept("KILL") } if processes

  it "waits before it tries again, and leaves alone what has failed or was deleted", req: %w[A-34 A-36 A-37] do
    kept("retry")
    kept("failed")
    kept("deleted")
  end

  it("carries tasks through", req: "O-64") { kept("task") }

  it "is as the guide's table says" do
    says = ->(parts) { parts.find { |_word, part| @run.examples("[#{part}]").any? }&.first }
    guide = File.readlines(File.join(CleanMachine::ROOT, "guides/queue-adapters.md"), chomp: true).grep(/\A\| #{row} \|/)
    proven = [row, says.call("yes" => "TERM"), says.call("yes" => "kept", "no" => "lost") || "-"]
    expect(guide.map { |line| line.split("|").map(&:strip).slice(1, 3) }).to eq([proven])
  end
end
