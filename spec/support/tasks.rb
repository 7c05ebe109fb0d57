# frozen_string_literal: true

require "operations/matchers"

# Task classes for one example, and the moment at which it happens.
module TaskHelpers
  NOON = Time.utc(2026, 3, 1, 12)

  # A task class with a name of its own, which it has before its body runs, as in a file.
  def task_class(name = "SampleTask", parent = Operations::Task, &body)
    klass = stub_const(name, Class.new(parent))
    klass.class_eval(&body) if body
    klass
  end

  # Runs the block at a moment; the clock stands still in it.
  def at(moment)
    outer = @moment
    stop_clock(moment)
    yield
  ensure
    outer ? stop_clock(outer) : start_clock
  end

  # From here on the clock stands at this moment.
  def stop_clock(moment)
    @moment = moment
    allow(Time).to receive(:now).and_return(moment)
  end

  def start_clock
    @moment = nil
    allow(Time).to receive(:now).and_call_original
  end

  # The task as it is stored now, another object than the one in hand.
  def stored(task) = Operations.storage.find(task.id)

  # What the block logs at all levels.
  def logged
    text = StringIO.new
    before = Operations.logger
    Operations.logger = Logger.new(text, level: Logger::DEBUG)
    yield
    text.string
  ensure
    Operations.logger = before
  end
end

# Small flowcharts that several specs use; each has every state it needs and no warning.
module Samples
  # One of each kind of state.
  class Approval < Operations::Task
    has_attribute :amount, :integer, default: 0
    has_attribute :approver
    starts_with :small?
    delay 300

    decision :small? do
      condition { amount < 100 }
      if_true :pay
      if_false :approved?
    end
    wait_until :approved? do
      condition(label: "approver is known") { approver }
      go_to :pay
    end
    interaction(:approve!) { |by| self.approver = by }.when(:approved?)
    interaction(:refuse!) { go_to :refused }.when(:approved?)
    action(:pay) { self.amount += 1 }.then(:paid)
    result :paid
    result :refused
  end

  # The shortest that can be: one state.
  class Instant < Operations::Task
    has_attribute :name
    result :start
  end

  # Sleeps until somebody says so.
  class Sleeper < Operations::Task
    has_attribute :awake, :boolean, default: false
    has_attribute :note
    starts_with :asleep
    wait_until :asleep do
      condition { awake }
      go_to :done
    end
    interaction(:get_up!) { self.awake = true }.when(:asleep)
    interaction(:annotate!) { |text = nil, author: nil, &sign| self.note = [text, author, sign&.call].compact.join(" ") }
    result :done
  end

  # Fails when it is told to.
  class Fragile < Operations::Task
    has_attribute :broken, :boolean, default: true
    action(:start) { raise ArgumentError, "it broke" if broken }.then(:done)
    result :done
  end
end

RSpec.configure do |config|
  config.include TaskHelpers
  config.before { Operations.reset! }
end
