# frozen_string_literal: true

# Run by ../helpers_spec.rb.
require "active_data_flow/rspec"

class CountFlow < ActiveDataFlow::Base
  has_attribute :upto, :integer, default: 3
  source { Array.new(upto) { |index| {id: index + 1} } }
  on_error :quarantine, budget: 1.0
  transform { |row| raise "too many" if row[:id] > 3 }
  sink { |_row| nil }
end

class FollowingFlow < ActiveDataFlow::Base
  source [{id: 1}]
  sink { |_row| nil }
end

class BrokenFlow < ActiveDataFlow::Base
  source [{id: 1}]
  transform { |_row| raise KeyError, "no luck" }
  sink { |_row| nil }
end

class ChainFlow < ActiveDataFlow::Base
  source [{id: 1}]
  sink { |_row| nil }
  after_complete { Waiting.enqueue(FollowingFlow) }
end

class NapTask < Operations::Task
  has_attribute :rounds, :integer, default: 0
  delay 60
  starts_with :asleep
  wait_until :asleep do
    condition do
      self.rounds += 1
      rounds > 2
    end
    go_to :done
  end
  result :done
end

class RestlessTask < Operations::Task
  delay 0
  timeout nil
  wait_until :start do
    condition { false }
    go_to :done
  end
  result :done
end

# What `enqueue_now` does, where there is a queue.
module Waiting
  def self.enqueue(flow, wait: 0, **arguments)
    stored = flow.new(**arguments).arguments
    ActiveDataFlow::RunStore.memory.enqueue(flow_name: flow.flow_name, arguments: stored, digest: ActiveDataFlow::Flow::Arguments.digest(stored), wait:)
  end
end

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.before { reset_operations }
end

# The text with which an expectation fails.
def failure
  yield
  raise "it did not fail"
rescue RSpec::Expectations::ExpectationNotMetError => error
  error.message
end

RSpec.describe "[matchers]" do
  it "count what a block writes, over all its flows" do
    expect { 2.times { perform_flow(CountFlow) } }.to write_rows(6)
    expect { perform_flow(CountFlow, upto: 5) }.to write_rows(new: 3).and reject_rows(2)
    expect { perform_flow(CountFlow, upto: 0) }.not_to write_rows
    expect { perform_flow(CountFlow) }.to write_rows(be > 2)
  end

  it "say what was moved instead" do
    expect(failure { expect { perform_flow(CountFlow, upto: 5) }.to write_rows(9) })
      .to eq("expected the block to write rows (9), but count (success) moved 5 read, 3 new, 2 rejected")
    expect(failure { expect { nil }.to write_rows }).to eq("expected the block to write rows, but no flow ran")
    expect(failure { expect { perform_flow(CountFlow) }.not_to write_rows }).to include("not to write rows, but count (success) moved 3 read, 3 new")
  end

  it "say why a run is no success" do
    run = perform_flow(BrokenFlow)
    expect(failure { expect(run).to be_success }).to eq("expected run #{run.id} of broken to be success, but was failed (KeyError: no luck), at its beginning")
    expect(run).not_to be_success
    expect(perform_flow(CountFlow)).to be_success
    expect(Struct.new(:success?).new(true)).to be_success
  end

  it "find a run that was made and waits, by its arguments" do
    expect { Waiting.enqueue(CountFlow, upto: 2) }.to have_enqueued_flow(CountFlow).with(upto: 2).once
    expect { Waiting.enqueue(CountFlow, upto: 7) }.not_to have_enqueued_flow(CountFlow).with(upto: 2)
    expect { perform_flow(CountFlow, upto: 8) }.not_to have_enqueued_flow(CountFlow)
    expect(failure { expect { Waiting.enqueue(CountFlow, upto: 9) }.to have_enqueued_flow(CountFlow).with(upto: 3) })
      .to match(/enqueue CountFlow with \{.*3\}, but it made runs that are pending with \{.*9\}/)
    expect(failure { expect { Waiting.enqueue(CountFlow, upto: 9) }.to have_enqueued_flow(CountFlow) }).to include("made no run; an unfinished one")
  end
end

RSpec.describe "[performing]" do
  it "carries over what is due, and what that starts" do
    Waiting.enqueue(ChainFlow)
    Waiting.enqueue(CountFlow, wait: 3600)
    runs = perform_flows
    expect(runs.map { |run| [run.flow_name, run.status] }).to eq([%w[chain success], %w[following success]])
    expect(CountFlow.runs.map(&:status)).to eq(["pending"])
    expect(perform_flows).to eq([])
  end

  it "returns a failed run, with its error" do
    Waiting.enqueue(BrokenFlow)
    expect(perform_flows.map { |run| [run.status, run.error_message] }).to eq([["failed", "no luck"]])
  end

  it "wakes what is due, as often as that is so" do
    task = NapTask.call
    expect(perform_tasks).to eq([])
    travel_to_wake(task)
    expect(perform_tasks.map(&:rounds)).to eq([2])
    travel_to_wake(task)
    expect(perform_tasks).to contain_exactly(be_completed)
    expect { travel_to_wake(task) }.to raise_error(ActiveDataFlow::Error, /is completed in done and never wakes/)
  end

  it "gives up on what is due for ever" do
    RestlessTask.call
    expect { perform_tasks }.to raise_error(ActiveDataFlow::Error, /tasks are due again each time/)
  end

  it "raises what keeps a flow from beginning" do
    expect { perform_flow(CountFlow, uptoo: 3) }.to raise_error(/has no attribute :uptoo/)
  end
end

RSpec.describe "[reset]" do
  2.times do
    it "leaves neither tasks nor runs nor numbers" do
      expect([NapTask.all, CountFlow.runs, ActiveDataFlow::Metrics.flows]).to eq([[], [], []])
      NapTask.call
      perform_flow(CountFlow)
    end

    it "leaves the clock where it belongs" do
      expect(Time.now.year).to be < 2100
      stub_const("FarTask", Class.new(NapTask) { delay 100 * 366 * 86_400 })
      travel_to_wake(FarTask.call)
      expect(Time.now.year).to be > 2100
    end
  end
end
