# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::TimeWords, "after in a wait_until", req: %w[O-45 O-46] do
  let(:noon) { TaskHelpers::NOON }
  let(:day) { 86_400 }

  before { stop_clock(noon) }

  # A task that waits as the block says, then is done.
  def waiting(name = "Patience", timeout: 30 * 86_400, delay: 60, &wait)
    task_class(name) do
      timeout timeout
      delay delay
      has_attribute :asked_at, :datetime
      has_attribute :flag, :boolean, default: false
      starts_with :waiting
      wait_until(:waiting, &wait)
      interaction(:note!) {}.when(:waiting)
      result :done
      result :late
    end
  end

  describe "alone" do
    before do
      waiting do
        after 3 * 86_400
        go_to :late
      end
    end

    it "sets the wake to the very moment" do
      task = Patience.call
      expect(task).to be_waiting.and have_attributes(wake_at: noon + 3 * day)
      expect(stored(task).wake_at).to eq(noon + 3 * day)
    end

    it "holds from that moment on, and not a microsecond before" do
      task = Patience.call
      stop_clock(noon + 3 * day - Rational(1, 1_000_000))
      expect(task.wake_up!).to be_waiting.and have_attributes(wake_at: noon + 3 * day)
      stop_clock(noon + 3 * day)
      expect(task.wake_up!).to be_completed & be_in(:late)
    end

    it "counts from when the task came to the state, not from its creation" do
      task_class("Later") do
        timeout nil
        starts_with :ready?
        has_attribute :ready, :boolean
        wait_until(:ready?) do
          condition { ready }
          go_to :patient
        end
        wait_until(:patient) do
          after 100
          go_to :done
        end
        result :done
      end
      task = Later.call
      stop_clock(noon + 1000)
      task.ready = true
      expect(task.wake_up!).to be_in(:patient).and have_attributes(wake_at: noon + 1100)
    end

    it "is not moved by an interaction, nor by a look" do
      task = Patience.call
      stop_clock(noon + day)
      expect(task.note!.wake_at).to eq(noon + 3 * day)
      expect(task.wake_up!.wake_at).to eq(noon + 3 * day)
    end

    it "is found by the runner when it is due" do
      task = Patience.call
      stop_clock(noon + 3 * day - 1)
      expect(Operations::Runner.new.tick).to include(woken: 0)
      stop_clock(noon + 3 * day)
      expect(Operations::Runner.new.tick).to include(woken: 1, timed_out: 0)
      expect(stored(task)).to be_in(:late)
    end

    it "is said in the history" do
      task = Patience.call
      stop_clock(noon + 3 * day)
      task.wake_up!
      expect(stored(task).history.first).to have_attributes(state: "waiting", duration: (3 * day).to_f, outcome: "moved", by: "after")
    end

    it "is exact for tasks that come by way of a burst too" do
      task_class("Burst", Patience) do
        starts_with :prepare
        action(:prepare) {}.then(:waiting)
      end
      expect(Burst.call).to be_waiting.and have_attributes(wake_at: noon + 3 * day)
    end

    it "is exact whatever the first wake is" do
      task_class("Eager", Patience) { first_wake :immediate }
      expect(Eager.call).to be_waiting.and have_attributes(wake_at: noon + 3 * day)
    end
  end

  describe "among conditions" do
    it "is tried in its place: a condition above it wins" do
      waiting do
        condition { flag }
        go_to :done
        after 100
        go_to :late
      end
      task = Patience.call
      task.flag = true
      stop_clock(noon + 100)
      expect(task.wake_up!).to be_in(:done)
    end

    it "is tried in its place: it wins over a condition below it" do
      waiting do
        after 100
        go_to :late
        condition { flag }
        go_to :done
      end
      task = Patience.call
      task.flag = true
      stop_clock(noon + 100)
      expect(task.wake_up!).to be_in(:late)
    end

    it "lets the conditions be looked at after each delay, and the last look be exact" do
      waiting(delay: 60) do
        condition { flag }
        go_to :done
        after 100
        go_to :late
      end
      task = Patience.call
      expect(task.wake_at).to eq(noon + 60)
      stop_clock(noon + 60)
      expect(task.wake_up!.wake_at).to eq(noon + 100)
      stop_clock(noon + 100)
      expect(task.wake_up!).to be_in(:late)
    end

    it "may stand several times: each leads to its own state" do
      waiting do
        after 200
        go_to :late
        after 100
        go_to :done
      end
      expect(Patience.call.wake_at).to eq(noon + 100)
      task = Patience.call
      stop_clock(noon + 100)
      expect(task.wake_up!).to be_in(:done)
      other = at(noon) { Patience.call }
      stop_clock(noon + 200)
      expect(other.wake_up!).to be_in(:late)
    end
  end

  describe "since: an attribute" do
    before do
      waiting do
        after 3600, since: :asked_at
        go_to :late
      end
    end

    it "counts from the time in it" do
      task = Patience.call(asked_at: noon - 600)
      expect(task.wake_at).to eq(noon + 3000)
      stop_clock(noon + 3000)
      expect(task.wake_up!).to be_in(:late)
    end

    it "is due at once when that time is long past" do
      task = Patience.call(asked_at: noon - 10 * day)
      expect(task.wake_at).to eq(noon).or be_nil
      expect(task.completed? || task.wake_up!.completed?).to be(true)
    end

    it "does not hold while the attribute is empty; the task looks again after its delay" do
      task = Patience.call
      expect(task).to be_waiting.and have_attributes(wake_at: noon + 60)
      stop_clock(noon + 60)
      task.asked_at = noon
      expect(task.wake_up!.wake_at).to eq(noon + 3600)
    end

    it "follows the attribute when somebody changes it" do
      task = Patience.call(asked_at: noon)
      task.asked_at = noon + 1800
      expect(task.wake_up!.wake_at).to eq(noon + 5400)
    end

    it "moves the wake of a sleeping task when it is saved, later or sooner", req: "O-35" do
      task = Patience.call(asked_at: noon)
      expect(task.update(asked_at: noon + 1800)).to be(true)
      expect(task.wake_at).to eq(noon + 5400)
      expect(stored(task)).to be_waiting.and have_attributes(wake_at: noon + 5400, asked_at: noon + 1800)
      task.asked_at = noon - 1800
      task.save!
      expect(stored(task).wake_at).to eq(noon + 1800)
      stop_clock(noon + 1800)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to be_in(:late)
    end

    it "makes the task due at once when that time is past, and looks after the delay when it was emptied" do
      task = Patience.call(asked_at: noon)
      stop_clock(noon + 10)
      task.update!(asked_at: nil)
      expect(stored(task).wake_at).to eq(noon + 70)
      task.update!(asked_at: noon - 4000)
      expect(stored(task).wake_at).to eq(noon + 10)
    end

    it "leaves the wake alone when something else is saved, or the wake itself is set" do
      task = Patience.call(asked_at: noon)
      stop_clock(noon + 10)
      task.update!(wake_at: noon + 100)
      task.update!(flag: true)
      expect(stored(task).wake_at).to eq(noon + 100)
      task.update!(asked_at: noon + 1800, wake_at: noon + 200)
      expect(stored(task).wake_at).to eq(noon + 200)
      task.update!(asked_at: noon)
      expect(stored(task).wake_at).to eq(noon + 3600)
    end

    it "does not put off the looks at the conditions that stand beside it" do
      waiting("Mixed", delay: 60) do
        condition { flag }
        go_to :done
        after 3600, since: :asked_at
        go_to :late
      end
      task = Mixed.call(asked_at: noon)
      stop_clock(noon + 50)
      task.update!(asked_at: noon + 50)
      expect(stored(task).wake_at).to eq(noon + 60)
      task.update!(asked_at: noon - 3545)
      expect(stored(task).wake_at).to eq(noon + 55)
    end

    it "is exact to the microsecond" do
      moment = noon + Rational(123_457, 1_000_000)
      expect(Patience.call(asked_at: moment).wake_at).to eq(moment + 3600)
    end

    it "counts from midnight UTC for a date, wherever the machine stands" do
      zone = ENV["TZ"]
      task_class("Dated", Patience) { has_attribute :asked_at, :date }
      ["UTC", "Asia/Tokyo", "America/Lima"].each do |place|
        ENV["TZ"] = place
        expect(Dated.call(asked_at: Date.new(2026, 3, 2)).wake_at).to eq(Time.utc(2026, 3, 2, 1))
      end
    ensure
      ENV["TZ"] = zone
    end

    it "may be a method of the task" do
      task_class("Derived", Patience) do
        wait_until(:waiting) do
          after 60, since: :opening
          go_to :late
        end
        def opening = created_at + (flag ? 1500 : 1000)
      end
      task = Derived.call
      expect(task.wake_at).to eq(noon + 1060)
      task.update!(flag: true)
      expect(stored(task).wake_at).to eq(noon + 1560)
    end

    it "refuses a name that the task does not have, at first use" do
      waiting("Typo") do
        after 60, since: :askd_at
        go_to :late
      end
      expect { Typo.new }.to raise_error(Operations::InvalidPlan, /Typo.*:waiting.*askd_at/)
    end
  end

  it "survives being stored and read again" do
    waiting do
      after 3600, since: :asked_at
      go_to :late
    end
    id = Patience.call(asked_at: noon).id
    stop_clock(noon + 3599)
    expect(Patience.find(id).wake_up!).to be_waiting.and have_attributes(wake_at: noon + 3600)
    stop_clock(noon + 3600)
    expect(Patience.find(id).wake_up!).to be_in(:late)
  end

  it "times nobody out who has no timeout" do
    waiting(timeout: nil) do
      after 400 * 86_400
      go_to :late
    end
    task = Patience.call
    expect(task).to have_attributes(timeout_at: nil, wake_at: noon + 400 * day)
    stop_clock(noon + 400 * day)
    expect(task.wake_up!).to be_in(:late)
  end

  it "is looked at when a sub-task ends, and sleeps on to the same moment" do
    waiting do
      after 3600
      go_to :late
    end
    task = Patience.call
    child = task.start(Samples::Sleeper)
    stop_clock(noon + 10)
    child.get_up!
    child.wake_up!
    expect(stored(task).wake_at).to eq(noon + 10)
    expect(Patience.find(task.id).wake_up!.wake_at).to eq(noon + 3600)
  end

  it "refuses what is no length of time while the class loads" do
    ["3 days", nil, -1, :soon].each do |length|
      expect { task_class("Bad") { wait_until(:start) { after length } } }.to raise_error(ArgumentError, /#{Regexp.escape(length.inspect)}.*after/)
    end
  end

  it "is a word of waits, not of decisions" do
    expect { task_class("Bad") { decision(:start) { after 60 } } }
      .to raise_error(ArgumentError, /decision :start has no word after; it has condition, .* Write: wait_until :start/)
  end
end
