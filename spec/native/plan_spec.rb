# frozen_string_literal: true

require "spec_helper"
require "support/native"

RSpec.describe ActiveDataFlow::Native::Plan do
  include NativeSupport

  let(:plan) { native_plan }
  let(:day) { 86_400_000_000 }

  describe "what it knows of its states" do
    it "names them in the order in which they were declared" do
      expect(plan.states).to eq(%w[asked approved? waiting done])
      expect(plan.states).to be_frozen
    end

    it "tells which there are, and which run at once", req: "B9" do
      expect(plan.state?("asked")).to be(true)
      expect(plan.state?("aproved?")).to be(false)
      expect([plan.immediate?("asked"), plan.immediate?("waiting"), plan.immediate?("done")]).to eq([true, false, true])
      expect { plan.immediate?("aproved?") }.to raise_error(Operations::InvalidState,
        "No handler for state: aproved?. ApprovalTask has :asked, :approved?, :waiting, :done. Did you mean :approved??")
    end

    it "takes names of any encoding, and finds only those it has" do
      expect(plan.state?("asked".encode("UTF-16LE"))).to be(false)
      expect(plan.state?("\xff\xfe")).to be(false)
      expect { plan.immediate?("\xff") }.to raise_error(Operations::InvalidState)
    end
  end

  describe "checks" do
    it "finds nothing wrong with a good plan" do
      expect(plan.errors).to eq([]).and be_frozen
      expect(plan.warnings).to eq([]).and be_frozen
    end

    it "names class, state and fix of what is wrong" do
      wrong = native_plan(states: [["asked", "action", [["aproved", nil]], 0, [], "approval.rb:3"],
        ["approved", "result", [], 0, [], nil]], interactions: [["approve!", ["askd"]]], initial: "akses")
      expect(wrong.errors).to eq([
        "ApprovalTask starts with :akses, which it has no handler for; it has :asked, :approved. Did you mean :asked? " \
        "Write: starts_with :asked",
        "ApprovalTask goes from :asked to :aproved, which it has no handler for; it has :asked, :approved. " \
        "Did you mean :approved? Check the go_to in :asked (approval.rb:3).",
        "ApprovalTask#approve! may be called in :askd, which it has no handler for; it has :asked, :approved. " \
        "Did you mean :asked? Check the .when of interaction :approve!."
      ])
    end

    it "holds an after against the timeout", req: "B28" do
      late = native_plan(class_name: "InvoiceApproval", initial: "approved?", timeout_us: day,
        states: [["approved?", "wait_until", [], 0, [[3 * day, nil, "done"]], nil], ["done", "result", [], 0, [], nil]])
      expect(late.errors).to eq(["InvoiceApproval waits 3 days in :approved? (after), but its timeout is 24 hours " \
        "(the default). Write: timeout 30.days, or timeout nil"])
      in_seconds = native_plan(class_name: "InvoiceApproval", initial: "approved?", timeout_us: day, duration_words: false,
        states: [["approved?", "wait_until", [], 0, [[3 * day, nil, "done"]], nil], ["done", "result", [], 0, [], nil]])
      expect(in_seconds.errors).to match([/Write: timeout 30 \* 86_400, or timeout nil\z/])
    end

    it "holds a retry and a delay against it, too", req: "O-46" do
      late = native_plan(delay_us: 2 * day, retries: [["IOError", day]])
      expect(late.errors).to contain_exactly(/ApprovalTask waits 1 day to try again after IOError \(retry_on\), but its timeout is 24 hours/)
      expect(late.warnings).to contain_exactly(/ApprovalTask looks at :waiting after 2 days \(delay\), but its timeout is 24 hours/)
    end

    it "refuses what is no plan" do
      expect { native_plan(states: [["asked", "acton", [], 0, [], nil]]) }.to raise_error(ArgumentError,
        '"acton" is no kind of state; there are action, decision, wait_until, result')
      expect { native_plan(states: [["asked"]]) }.to raise_error(ArgumentError, "a state has 7 entries, not 2")
      expect { native_plan(states: nil) }.to raise_error(TypeError, "expected an Array, got NilClass")
      expect { native_plan(class_name: :ApprovalTask) }.to raise_error(TypeError, "expected a String, got Symbol")
      expect { native_plan(timeout_us: 1.9) }.to raise_error(TypeError, "expected an Integer (microseconds), got Float")
      expect { native_plan(first_wake_immediate: nil) }.to raise_error(TypeError, "expected true or false, got NilClass")
    end
  end

  describe "transitions" do
    let(:born) { plan.create(100, false) }

    it "begins a task in the first state", req: "B7" do
      expect(born).to eq([0, "asked", 100, nil, 100 + day, nil, nil, nil, 0, 0, 100, 100])
      expect(plan.create(100, true)).to eq([10, "asked", 100, 100, 100 + day, nil, nil, nil, 0, 0, 100, 100])
      expect(plan.create_in("waiting", 7)[0..2]).to eq([0, "waiting", 7])
    end

    it "moves to a state that runs at once, and to one that sleeps", req: %w[B7 B28] do
      expect(plan.move(born, "approved?", 200)).to eq([0, "approved?", 200, nil, 200 + day, nil, nil, nil, 1, 0, 100, 200])
      expect(plan.move(born, "waiting", 200)).to eq(
        [10, "waiting", 200, 60_000_200, 200 + day, nil, nil, nil, 1, 0, 100, 200]
      )
      eager = native_plan(first_wake_immediate: true)
      expect(eager.move(eager.create(0, false), "waiting", 5)[3]).to eq(5)
    end

    it "leaves the wake of a state that is left by time only to whoever knows the time" do
      reminder = native_plan(initial: "wait", states: [["wait", "wait_until", [], 0, [[5, "asked_at", "done"]], nil],
        ["start", "action", [["wait", nil]], 0, [], nil], ["done", "result", [], 0, [], nil]])
      waiting = reminder.move(reminder.create_in("start", 0), "wait", 10)
      expect(waiting.values_at(0, 3)).to eq([10, nil])
      expect(reminder.sleep(waiting, 99, 11).values_at(0, 3, 8)).to eq([10, 99, 1])
    end

    it "sleeps on without a new timeout, and wakes", req: %w[B17 B28] do
      asleep = plan.sleep(born, nil, 500)
      expect(asleep.values_at(0, 3, 4, 8)).to eq([10, 60_000_500, 100 + day, 0])
      expect(plan.wake(asleep, 600).values_at(0, 3, 11)).to eq([0, nil, 600])
    end

    it "completes, fails, tries again and goes on" do
      expect(plan.complete(born, 9).values_at(0, 3, 4, 5, 6, 7)).to eq([100, nil, nil, 9 + 90 * day, 9, nil])
      failed = plan.fail(born, 9)
      expect(failed.values_at(0, 5, 6, 7)).to eq([-1, 9 + 90 * day, nil, 9])
      expect(plan.retry_later(born, 30, 9).values_at(0, 3, 9)).to eq([10, 39, 1])
      expect(plan.revive(failed, 50).values_at(0, 4, 5, 7, 9)).to eq([0, 50 + day, nil, nil, 0])
    end

    it "knows when a sleeper has waited too long" do
      asleep = plan.sleep(born, nil, 500)
      expect([plan.expired?(asleep, 99 + day), plan.expired?(asleep, 100 + day)]).to eq([false, true])
      expect(plan.expired?(born, 100 + day)).to be(false)
    end

    it "does not move what has ended", req: "B21" do
      completed = plan.complete(born, 9)
      expect { plan.wake(completed, 10) }.to raise_error(Operations::InvalidState,
        "ApprovalTask is completed and cannot wake; a completed task does not move any more")
      expect { plan.move(plan.fail(born, 9), "done", 10) }.to raise_error(Operations::InvalidState, /retry!/)
      expect { plan.revive(born, 10) }.to raise_error(Operations::InvalidState)
    end

    it "takes any moment, and refuses a sum that is none", req: "B34" do
      ancient = plan.create(-(2**63), false)
      expect(ancient[2]).to eq(-(2**63))
      expect(plan.create(2**62, false)[4]).to eq(2**62 + day)
      expect { plan.create(2**63 - 1, false) }.to raise_error(RangeError, /time out of range/)
      expect { plan.create(2**63, false) }.to raise_error(RangeError)
      expect { plan.create(1.9, false) }.to raise_error(TypeError, "expected an Integer (microseconds), got Float")
      expect { plan.create(0, nil) }.to raise_error(TypeError, "expected true or false, got NilClass")
    end

    it "refuses what is no life" do
      expect { plan.wake([0], 1) }.to raise_error(ArgumentError, "a life has 12 entries, not 1")
      expect { plan.wake(nil, 1) }.to raise_error(TypeError, "expected an Array (a life), got NilClass")
      expect { plan.wake([5, *born.drop(1)], 1) }.to raise_error(ArgumentError, /5 is no status; there are 0/)
      expect { plan.wake(born.dup.tap { |life| life[8] = -1 }, 1) }.to raise_error(RangeError, /-1 is no counter/)
      expect { plan.wake(born.dup.tap { |life| life[2] = nil }, 1) }.to raise_error(TypeError)
    end

    it "shares no String that somebody could change" do
      state = +"asked"
      life = plan.sleep(born.dup.tap { |given| given[1] = state }, nil, 1)
      expect(life[1]).to eq("asked").and be_frozen
      state << "!"
      expect(life[1]).to eq("asked")
    end
  end

  describe "drawing", req: "O-89" do
    it "draws the plan, and on it the path of a task" do
      expect(plan.to_mermaid([], nil, nil)).to start_with("flowchart TD\n  s0[\"asked\"]\n  s1{\"approved?\"}")
      path = plan.to_mermaid(%w[asked approved?], "waiting", 10)
      expect(path).to include("classDef current", "class s0,s1 visited", "class s2 current", "linkStyle 1,3")
      expect(plan.to_dot([], nil, nil)).to start_with("digraph \"ApprovalTask\" {")
      expect(plan.to_dot(%w[asked approved?], "waiting", 10)).to include("s0 -> s1 [color", "fillcolor=\"#fff8c5\"")
    end

    it "keeps names that are written in the language of the drawing apart from it" do
      odd = native_plan(initial: "a\"]; end", states: [["a\"]; end", "result", [], 0, [], nil]])
      expect(odd.to_mermaid([], nil, nil)).to include('s0(["a#34;#93;#59; end"])')
      expect(odd.to_dot([], nil, nil)).to include('label="a\"]; end"')
    end
  end

  it "can be used by every Ractor" do
    expect(plan).to be_frozen
    expect(Ractor.shareable?(plan)).to be(true)
    script = <<~RUBY
      require "support/native"
      plan = NativeSupport.native_plan
      ractors = 4.times.map do |n|
        Ractor.new(plan, n) { |shared, now| 500.times.map { shared.move(shared.create(now, false), "waiting", now)[2] }.last }
      end
      refused = Ractor.new(plan) { |shared| shared.immediate?("nowhere") rescue $!.class.name }
      print [ractors.map(&:take), refused.take].inspect
    RUBY
    expect(run_ruby(script)).to eq("[[0, 1, 2, 3], \"Operations::InvalidState\"]")
  end

  it "cannot be made without a declaration" do
    expect { described_class.allocate }.to raise_error(TypeError)
    expect { plan.dup }.to raise_error(TypeError)
  end
end
