# frozen_string_literal: true

# Run by ../events_spec.rb in a process of its own, where ActiveSupport is.

require "active_support"
require "active_support/notifications"

RSpec.describe "What tasks tell" do
  let(:approval) do
    task_class("Approval") do
      has_attribute :amount, :integer, default: 500
      has_attribute :approver
      starts_with :weigh
      action(:weigh) { self.amount += 1 }.then(:approved?)
      wait_until :approved? do
        condition { approver }
        go_to :pay
      end
      interaction(:approve!) { |by| self.approver = by }.when(:approved?)
      interaction(:refuse!) { go_to :refused }.when(:approved?)
      action(:pay) { nil }.then(:paid)
      result :paid
      result :refused
    end
  end

  def payloads(name, &) = told("#{name}.operations", &).map { |event| event.payload.except(:task_id, :task) }

  it "is each transition after it is stored, in the order of the states" do
    task = nil
    expect(payloads(:transition) { task = approval.call }).to match([include(from: "weigh", to: "approved?", status: "waiting", by: nil)])
    expect(payloads(:transition) { task.approve!("Ada") }.map { |payload| payload.values_at(:from, :to, :status) })
      .to eq([%w[approved? pay active], %w[pay paid active], %w[paid paid completed]])
  end

  it "names the task, and what moved it, but nothing of what is in it" do
    task = approval.call
    events = told { task.refuse! }
    expect(events.map(&:payload)).to all(include(task_id: task.id, task: "Approval"))
    expect(events.map(&:name)).to include("interaction.operations", "wake.operations")
    expect(events.find { |event| event.name == "transition.operations" }.payload).to include(from: "approved?", to: "refused", by: "refuse!")
    expect(told { approval.call.approve!("Ada Lovelace") }.map { |event| event.payload.inspect }.join).not_to include("Lovelace")
  end

  it "finds each transition stored when it is told of" do
    task = nil
    seen = []
    listening("transition.operations", ->(event) { seen << Operations.storage.find(event.payload[:task_id]).current_state }) { task = approval.call }
    expect(seen).to eq(["approved?"])
  end

  it "is the sleep of a task, with when it is looked at next" do
    at(TaskHelpers::NOON) do
      expect(payloads(:wait) { approval.call }).to match([include(state: "approved?", wake_at: TaskHelpers::NOON + 60, timeout_at: TaskHelpers::NOON + 86_400)])
    end
  end

  it "is a wake with what came of it, and a timeout" do
    task = at(TaskHelpers::NOON) { approval.call }
    at(TaskHelpers::NOON + 120) do
      expect(payloads(:wake) { task.wake_up! }).to match([include(state: "approved?", to: "approved?", status: "waiting")])
    end
    at(TaskHelpers::NOON + 90_000) do
      events = told { expect { task.wake_up! }.to raise_error(Operations::Timeout) }
      expect(events.map(&:name)).to eq(%w[transition.operations wake.operations timeout.operations])
      expect(events.last.payload).to include(state: "approved?", status: "failed")
    end
  end

  it "is the failure of a task, by the class of its error" do
    expect(payloads(:transition) { expect { Samples::Fragile.call }.to raise_error(ArgumentError) })
      .to match([include(from: "start", to: "start", status: "failed", error_class: "ArgumentError")])
  end

  it "is the same in a burst as on the long way: transitions of both are told" do
    instant = payloads(:transition) { Samples::Approval.call(amount: 5) }
    expect(instant.map { |payload| payload[:to] }).to eq(%w[pay paid paid])
  end

  it "changes nothing of a task when a listener raises, and is logged then" do
    task = nil
    said = logged { listening(/operations/, ->(_event) { raise "the listener broke" }) { task = approval.call.approve!("Ada") } }
    expect(task).to be_completed
    expect(said).to include("a listener of transition.operations raised RuntimeError: the listener broke")
  end

  it "has the error of a wake where no flow is loaded" do
    answer = child_ruby(<<~RUBY)
      require "active_support"
      require "active_support/notifications"
      require "operations"
      ActiveSupport::Notifications.subscribe("wake.operations") { |event| puts event.payload[:exception].inspect }
      class Bell < Operations::Task
        action(:start) { raise ArgumentError, "no bell" }.then(:done)
        result :done
      end
      Bell.later
      Operations::Runner.new.tick
    RUBY
    expect(answer.out).to include(%w[ArgumentError no\ bell].inspect)
  end

  it "goes nowhere where nothing carries events" do
    answer = child_ruby("require 'operations'; p Operations::Channel.notifier, Operations::Instrumentation.instrument(:wake, task_id: 1) { |told| told }", gems: false)
    expect(answer.out).to eq("nil\n#{{task_id: 1}.inspect}\n")
  end
end
