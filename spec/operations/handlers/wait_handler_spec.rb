# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Handlers::WaitHandler, req: "O-54" do
  let(:walker) { Doubles::Walker.new(:waiting_state) }

  def wait(&config) = described_class.new(:paid?, &config)

  describe "what it remembers" do
    it "starts with nothing but its name" do
      handler = described_class.new("paid?")
      expect(handler.name).to eq(:paid?)
      expect(handler.instance_variable_get(:@conditions)).to eq([])
      expect(handler.instance_variable_get(:@destinations)).to eq([])
      expect(handler.condition_labels).to eq({})
    end

    it "keeps the labels of the conditions that have one, by their place" do
      handler = wait do
        condition(label: "paid") { true }
        go_to :a
        condition { true }
        go_to :b
        condition(label: :free) { true }
        go_to :c
      end
      expect(handler.condition_labels).to eq(0 => "paid", 2 => :free)
    end

    it "takes its options as a Hash too" do
      handler = wait { condition({label: "paid"}) { true } }
      expect(handler.condition_labels).to eq(0 => "paid")
    end

    it "does not run at once" do
      expect(wait).not_to be_immediate
    end

    it "is no decision" do
      expect(wait).not_to be_a(Operations::Handlers::DecisionHandler)
    end
  end

  describe "#call" do
    subject(:handler) do
      wait do
        condition(label: "ready is one") { ready == 1 }
        go_to :one
        condition { ready == 2 }
        go_to "two"
      end
    end

    it "sends the task where the first condition that holds leads, unchanged" do
      [1, 2].each { |value| handler.call(walker.tap { |each| each.ready = value }) }
      expect(walker.visited).to eq([:one, "two"])
    end

    it "sends the task where it is when none holds, in the very form it names its state", req: %w[O-54 X-02] do
      handler.call(walker)
      handler.call(Doubles::Walker.new("text").tap { |each| expect(each).to receive(:go_to).with("text") })
      expect(walker.visited).to eq([:waiting_state])
    end

    it "does not ask those behind the first that holds" do
      asked = []
      handler = wait do
        condition { asked << 1 }
        go_to :one
        condition { asked << 2 }
        go_to :two
      end
      handler.call(walker)
      expect(asked).to eq([1])
    end

    it "hands an error of a condition on" do
      handler = wait do
        condition { raise IOError, "closed" }
        go_to :one
      end
      expect { handler.call(walker) }.to raise_error(IOError, "closed")
    end

    it "does not swallow a NoDecision from inside a condition" do
      handler = wait do
        condition { raise Operations::NoDecision, "from below" }
        go_to :one
      end
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "from below")
      expect(walker.visited).to be_empty
    end

    it "asks through the object's own instance_eval, with a block only", req: %w[O-54 X-02] do
      condition = proc { false }
      handler = wait do
        condition(&condition)
        go_to :one
      end
      listener = Doubles::Listener.new
      handler.call(listener)
      expect(listener.evaluated).to eq([condition])
    end

    it "says at debug what it evaluates and which condition held, by its label", req: %w[O-54 X-02] do
      text = logged { handler.call(walker.tap { |each| each.ready = 1 }) }
      expect(text).to match(/DEBUG.*waiting_state/).and include("ready is one")
    end

    it "says nothing above debug" do
      logger = instance_double(Logger, debug: nil)
      Operations.logger = logger
      handler.call(walker)
      expect(logger).to have_received(:debug).at_least(:once)
    end
  end

  it "lets a task sleep until one of its labelled conditions holds", req: %w[O-54 O-45] do
    task = Samples::Approval.call(amount: 500)
    expect(task).to be_waiting_until(:approved?)
    expect(task.wake_up!).to be_waiting
    task.approver = "Ada"
    expect(task.wake_up!).to be_completed
    expect(Samples::Approval.handler_for(:approved?).condition_labels).to eq(0 => "approver is known")
  end

  it "completes a task that starts with waiting, when its condition holds by the next wake" do
    task_class("WaitsFirst") do
      starts_with :ready?
      wait_until(:ready?) do
        condition { true }
        go_to :done
      end
      result :done
    end
    expect(WaitsFirst.call.wake_up!).to be_completed
  end
end
