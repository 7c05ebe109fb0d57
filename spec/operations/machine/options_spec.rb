# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/child_ruby"

RSpec.describe Operations::Machine::Options do
  describe "delay, timeout, delete_after", req: "O-46" do
    it "are a minute, a day and ninety days" do
      task_class("Plain") { result :start }
      expect(Plain).to have_attributes(background_delay: 60, execution_timeout: 86_400, deletion_time: 7_776_000)
    end

    it "are used as they were given" do
      task_class("Own", Samples::Sleeper) do
        delay 1.5
        timeout 90
        delete_after 3600
      end
      stop_clock(TaskHelpers::NOON)
      task = Own.call
      expect(task.wake_at).to eq(TaskHelpers::NOON + 1.5)
      expect(task.timeout_at).to eq(TaskHelpers::NOON + 90)
      expect(task.get_up!.delete_at).to eq(TaskHelpers::NOON + 3600)
      expect(Own).to have_attributes(background_delay: 1.5, execution_timeout: 90, deletion_time: 3600)
    end

    it "take the durations of ActiveSupport, which nobody needs", req: %w[O-46 O-02] do
      answer = child_ruby(<<~RUBY)
        require "operations"
        abort "ActiveSupport came along" if defined?(ActiveSupport)
        require "active_support"
        require "active_support/duration"
        require "active_support/core_ext/integer/time"
        require "active_support/core_ext/numeric/time"
        require "active_support/core_ext/time"
        require "active_support/testing/time_helpers"
        include ActiveSupport::Testing::TimeHelpers

        class Wait < Operations::Task
          has_attribute :asked_at, :datetime
          delay 5.minutes
          timeout 30.days
          delete_after 90.days
          wait_until(:start) do
            condition { false }
            go_to :done
            after 3.days
            go_to :done
          end
          result :done
        end

        noon = Time.utc(2026, 3, 1, 12)
        task = travel_to(noon) { Wait.call }
        p task.wake_at == noon + 5.minutes, task.timeout_at == noon + 30.days
        travel_to(noon + 3.days - 2.minutes) { p task.wake_up!.waiting?, task.wake_at == noon + 3.days }
        travel_to(noon + 3.days) { p task.wake_up!.completed?, task.delete_at == noon + 93.days }
        p Wait.new(asked_at: noon.in_time_zone("Tokyo")).asked_at == noon
        p Wait.new(wake_at: noon.in_time_zone("Tokyo"), status: :waiting).wake_at == noon
      RUBY
      expect(answer.err).to be_empty
      expect(answer.out.lines.map(&:chomp)).to eq(%w[true] * 8)
    end

    it "may be nil for the two that can be for ever" do
      task_class("Patient", Samples::Sleeper) do
        timeout nil
        delete_after nil
      end
      task = Patient.call
      expect(task.timeout_at).to be_nil
      at(Time.now + 10**9) { expect(task.wake_up!).to be_waiting }
      expect(task.get_up!).to be_completed.and have_attributes(delete_at: nil)
    end

    it "refuse what is no length of time while the class loads, with the word to mend" do
      expect { task_class("Bad") { delay "5 minutes" } }.to raise_error(ArgumentError, /"5 minutes".*delay/)
      expect { task_class("Bad") { delay nil } }.to raise_error(ArgumentError, /delay/)
      expect { task_class("Bad") { timeout(-1) } }.to raise_error(ArgumentError, /-1.*timeout/)
      expect { task_class("Bad") { timeout Float::INFINITY } }.to raise_error(ArgumentError, /timeout/)
      expect { task_class("Bad") { delay Time.now } }.to raise_error(ArgumentError, /delay/)
      expect { task_class("Bad") { delete_after Object.new } }.to raise_error(ArgumentError, /delete_after/)
    end

    it "reach as far as a person can mean, and no further" do
      task_class("Far", Samples::Sleeper) { timeout 1000 * 365 * 86_400 }
      expect(Far.call.timeout_at.year).to be_between(3000, 3100)
      expect { task_class("TooFar") { timeout 10**15 } }.to raise_error(ArgumentError, /too long for timeout; at most 10,000 years/)
      expect { task_class("TooFar") { delay 1e15 } }.to raise_error(ArgumentError, /too long for delay/)
    end
  end

  describe "sleep_times and default_times" do
    it "say when a task wakes that sleeps, and one that is new" do
      stop_clock(TaskHelpers::NOON)
      expect(Samples::Approval.sleep_times).to include(wakes_at: TaskHelpers::NOON + 300)
      expect(Samples::Approval.default_times).to include(wakes_at: TaskHelpers::NOON)
    end
  end

  describe "first_wake" do
    it "is :delay: a task that comes to a wait sleeps first" do
      expect(Samples::Approval.first_wake).to eq(:delay)
      at(TaskHelpers::NOON) { expect(Samples::Approval.call(amount: 500).wake_at).to eq(TaskHelpers::NOON + 300) }
    end

    it "is :immediate where the class says so: the task is due at once, and sleeps for its delay after that" do
      task_class("Eager", Samples::Approval) { first_wake :immediate }
      task = at(TaskHelpers::NOON) { Eager.call(amount: 500) }
      expect(task.wake_at).to eq(TaskHelpers::NOON)
      at(TaskHelpers::NOON + 1) { expect(task.wake_up!.wake_at).to eq(TaskHelpers::NOON + 301) }
    end

    it "can be set for all, which a class overrides" do
      task_class("Calm", Samples::Approval) { first_wake :delay }
      Operations.configure { |config| config.first_wake = :immediate }
      stop_clock(TaskHelpers::NOON)
      expect(Samples::Approval.call(amount: 500).wake_at).to eq(TaskHelpers::NOON)
      expect(Calm.call(amount: 500).wake_at).to eq(TaskHelpers::NOON + 300)
      Operations.first_wake = :delay
      expect(Samples::Approval.call(amount: 500).wake_at).to eq(TaskHelpers::NOON + 300)
    end

    it "is nothing else" do
      expect { task_class("Bad") { first_wake :soon } }.to raise_error(ArgumentError, /:delay or :immediate, not :soon/)
      expect { Operations.first_wake = nil }.to raise_error(ArgumentError, /first_wake/)
    end
  end

  describe "queue and runs_on", req: "O-48" do
    it "are :default and the executor's own" do
      expect(task_class("Plain")).to have_attributes(queue_as: :default, queue_adapter: nil)
    end

    it "keep what was said last" do
      task_class("Queued") do
        queue "slow"
        queue :slower
        runs_on :inline
        runs_on :solid_queue
      end
      expect(Queued).to have_attributes(queue_as: :slower, queue_adapter: :solid_queue)
    end

    it "can be said in other words" do
      expect(task_class("A") { runs :inline }.queue_adapter).to eq(:inline)
      expect(task_class("B") { runs_using :inline }.queue_adapter).to eq(:inline)
      expect(task_class("C") { queue_as :slow }.queue_as).to eq(:slow)
    end
  end

  describe "inheritance", req: "O-53" do
    it "is for every option" do
      handler = proc {}
      task_class("Parental", Samples::Approval) do
        delay 1
        timeout 2
        delete_after 3
        queue :q
        runs_on :inline
        first_wake :immediate
        on_timeout(&handler)
        index :approver
        unique_by :approver
        retry_on KeyError
      end
      expect(task_class("Filial", Parental)).to have_attributes(background_delay: 1, execution_timeout: 2, deletion_time: 3,
        queue_as: :q, queue_adapter: :inline, first_wake: :immediate, timeout_handler: handler,
        indexed_attributes: [:approver], unique_names: ["approver"], retry_rules: [an_instance_of(Operations::Machine::RetryRule)])
    end

    it "hands nil down and lets a child say otherwise" do
      task_class("Parental") { timeout nil }
      task_class("Filial", Parental) { timeout 5 }
      expect(task_class("Heir", Parental).execution_timeout).to be_nil
      expect(Filial.execution_timeout).to eq(5)
      expect(Parental.execution_timeout).to be_nil
    end

    it "does not hand anything up" do
      task_class("Parental", Samples::Approval)
      task_class("Filial", Parental) do
        index :approver
        retry_on KeyError
      end
      expect(Parental).to have_attributes(indexed_attributes: [], retry_rules: [])
    end
  end

  it "names the options of retry_on, where it is given another" do
    expect { task_class("Bad") { retry_on IOError, attemps: 3 } }.to raise_error(ArgumentError,
      "Bad: retry_on: there is no option attemps:; possible are wait:, attempts:, queue:, priority:, jitter:, report:. Did you mean :attempts?")
  end

  it "wants a block for on_timeout", req: "O-47" do
    expect { task_class("Bad") { on_timeout } }.to raise_error(ArgumentError, /on_timeout needs a block/)
  end

  it "wants declared names for unique_by" do
    expect { task_class("Bad") { unique_by :nothing } }.to raise_error(ArgumentError,
      "Bad: unique_by names :nothing, which is not declared above; there is none.")
    expect { task_class("Bad") { [has_attribute(:invoice), has_attribute(:day), unique_by(:invoce)] } }.to raise_error(ArgumentError,
      "Bad: unique_by names :invoce, which is not declared above; there is :invoice, :day. Did you mean :invoice?")
  end

  it "wants a name for unique_by at all" do
    expect { task_class("Bad") { unique_by } }.to raise_error(ArgumentError, "Bad: unique_by needs the name of an attribute or model, e.g. unique_by :invoice")
  end

  it "suggests durations in the words that there are", req: "O-46" do
    program = <<~RUBY
      require "operations"
      %w[logger active_support active_support/core_ext/integer/time].each { |name| require name } if ARGV.first == "words"
      begin
        Class.new(Operations::Task) { delay "5 minutes" }
      rescue ArgumentError => error
        puts error.message
      end
      class InvoiceApproval < Operations::Task
        wait_until(:start) { after 3 * 86_400; go_to :done }
        result :done
      end
      begin
        InvoiceApproval.call
      rescue Operations::InvalidPlan => error
        puts error.message
      end
    RUBY
    expect(child_ruby(program, "words").out).to eq(<<~TEXT)
      cannot read "5 minutes" as a length of time for delay; write seconds (90) or a duration (3.minutes)
      InvoiceApproval waits 3 days in :start (after), but its timeout is 24 hours (the default). Write: timeout 30.days, or timeout nil
    TEXT
    expect(child_ruby(program, "none").out).to eq(<<~TEXT)
      cannot read "5 minutes" as a length of time for delay; write seconds (90, or 3 * 60)
      InvoiceApproval waits 3 days in :start (after), but its timeout is 24 hours (the default). Write: timeout 30 * 86_400, or timeout nil
    TEXT
  end
end
