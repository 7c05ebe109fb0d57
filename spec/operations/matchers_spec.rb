# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"
require_relative "../support/child_ruby"

RSpec.describe "operations/matchers", req: "O-69" do
  # The text with which an expectation fails.
  def failure
    yield
    raise "it did not fail"
  rescue RSpec::Expectations::ExpectationNotMetError => error
    error.message
  end

  let(:asleep) { Samples::Sleeper.call }
  let(:done) { Samples::Instant.call(name: "x") }
  let(:failed) do
    Samples::Fragile.call
  rescue ArgumentError
    Samples::Fragile.all.first
  end

  it "has be_in, for Symbols and Strings" do
    expect(asleep).to be_in(:asleep)
    expect(asleep).to be_in("asleep")
    expect(asleep).not_to be_in(:done)
  end

  it "says where the task was instead" do
    expect(failure { expect(asleep).to be_in(:done) }).to eq("expected task to be in state done, but was in asleep")
    expect(failure { expect(asleep).not_to be_in(:asleep) }).to match(/not to be in.*asleep/)
  end

  it "has be_in hold for any of several states, and names them all" do
    expect(asleep).to be_in(:done, :asleep)
    expect(asleep).to be_in(%w[asleep done])
    expect(asleep).not_to be_in(:done, :start)
    expect(failure { expect(asleep).to be_in(:done, :start) }).to eq("expected task to be in state done or start, but was in asleep")
    expect(failure { expect(asleep).not_to be_in(:done, :asleep) }).to match(/not to be in done or asleep/)
  end

  it "has have_moved_to hold for all of several states, in their order" do
    task = Samples::Approval.call(amount: 500).approve!("Ada")
    expect(task).to have_moved_to(:small?, :approved?, "paid")
    expect(task).to have_moved_to(%i[small? paid])
    expect(task).not_to have_moved_to(:paid, :small?)
    expect(task).not_to have_moved_to(:paid, :paid)
    expect(task).not_to have_moved_to(:small?, :refused)
    expect(failure { expect(task).to have_moved_to(:approved?, :refused) })
      .to eq("expected task to have moved to approved? -> refused, but it went small? -> approved? -> pay -> paid")
  end

  it "leaves be_in to whatever else answers in?" do
    stub_const("Range2", Struct.new(:range) { def in?(other) = other.include?(range) })
    expect(Range2.new(1)).to be_in([1, 2])
    expect(Range2.new(3)).not_to be_in([1, 2])
  end

  it "has one for each status" do
    expect(asleep).to be_waiting
    expect(done).to be_completed
    expect(failed).to be_failed
    expect(Samples::Sleeper.new).to be_active
    expect(asleep).not_to be_completed
    expect(done).not_to be_failed
  end

  it "says status and state instead, and why a task failed" do
    expect(failure { expect(asleep).to be_completed }).to eq("expected task to be completed, but was waiting in asleep")
    expect(failure { expect(failed).to be_completed }).to eq("expected task to be completed, but was failed in start (ArgumentError: it broke)")
    expect(failure { expect(done).to be_failed }).to include("completed in start")
    expect(failure { expect(done).not_to be_completed }).to match(/not to be completed/)
  end

  it "has RSpec's own predicates beside them" do
    expect(asleep).to be_waiting_until(:asleep)
    expect(asleep).to be_timeout_expired.or be_stored
  end

  it "has V1's have_moved_to" do
    expect(done).to have_moved_to(:start)
    expect(asleep).not_to have_moved_to(:done)
    expect(failure { expect(asleep).to have_moved_to(:done) }).to eq("expected task to have moved to done, but it went asleep")
  end

  it "has V1's have_failed_with, with a class, and a text or a pattern" do
    expect(failed).to have_failed_with(ArgumentError)
    expect(failed).to have_failed_with("ArgumentError")
    expect(failed).to have_failed_with(ArgumentError, "it broke")
    expect(failed).to have_failed_with(ArgumentError, /broke/)
    expect(failed).not_to have_failed_with(KeyError)
    expect(failed).not_to have_failed_with(ArgumentError, "something else")
    expect(done).not_to have_failed_with(ArgumentError)
    expect(failure { expect(failed).to have_failed_with(KeyError) }).to include("KeyError", "ArgumentError: it broke")
    expect(failure { expect(done).to have_failed_with(KeyError) }).to include("completed in start")
  end

  it "can be combined and composed" do
    expect(done).to be_completed & be_in(:start)
    expect([asleep, done]).to contain_exactly(be_completed, be_waiting)
    expect { asleep.get_up! }.to change { asleep.current_state }.from("asleep").to("done")
  end

  it "says what came where it is no task" do
    {be_completed: [], be_waiting: [], be_in: [:done], have_moved_to: [:done], have_failed_with: [KeyError]}.each do |name, arguments|
      expect(failure { expect(nil).to public_send(name, *arguments) }).to match(/expected.*nil/)
    end
  end

  it "is not loaded, nor is RSpec, by whoever only uses tasks" do
    expect(child_ruby('require "active_data_flow"; p defined?(RSpec)', gems: false).out).to eq("nil\n")
  end

  it "can be required alone, with no more of RSpec than its expectations" do
    answer = child_ruby('require "operations/matchers"; p defined?(RSpec::Core), RSpec::Matchers.method_defined?(:be_in)')
    expect(answer.err).to be_empty
    expect(answer.out).to eq("nil\ntrue\n")
  end
end
