# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe Operations::Error, req: "O-56" do
  it "has a message and a task" do
    task = Samples::Instant.new
    error = described_class.new("what happened", task)
    expect(error).to have_attributes(message: "what happened", task:)
    expect(described_class.new("what happened").task).to be_nil
  end

  [Operations::Failure, Operations::Timeout, Operations::NoDecision, Operations::InvalidState, Operations::ValidationError,
    Operations::Busy, Operations::InvalidPlan].each do |kind|
    it "has a #{kind.name.split("::").last}, which can be raised with or without words" do
      expect(kind).to be <= described_class
      expect { raise kind, "words" }.to raise_error(described_class, "words")
      expect { raise kind }.to raise_error(kind)
      expect(kind.new("words", :task)).to have_attributes(message: "words", task: :task)
    end
  end

  it "is a StandardError, so that a plain rescue sees it" do
    expect(described_class).to be < StandardError
  end

  it "has the task wherever there is one" do
    task_class("Mishap") do
      has_attribute :kind
      validates :kind, presence: true
      action(:start) do
        case kind
        when "failure" then raise Operations::Failure, "no"
        when "timeout" then raise Operations::Timeout
        when "nowhere" then go_to(:nowhere)
        when "nothing" then go_to(nil)
        when "itself" then go_to(:start)
        else go_to(:choose)
        end
      end
      decision(:choose) do
        condition { false }
        go_to :done
      end
      result :done
    end
    %w[failure timeout nowhere nothing itself choose].each do |kind|
      expect { Mishap.call(kind:) }.to raise_error(described_class) { |error| expect(error.task).to be_a(Mishap).and be_failed }, kind
    end
    expect { Mishap.call }.to raise_error(Operations::ValidationError) { |error| expect(error.task).to be_a(Mishap) }
  end

  it "has the whole list of what is not valid" do
    task_class("Strict", Samples::Approval) { validates :approver, :amount, presence: true }
    expect { Strict.call(amount: nil, approver: "") }.to raise_error(Operations::ValidationError) do |error|
      expect(error.errors[:approver]).not_to be_empty
      expect(error.message).to match(/approver/i)
    end
  end
end
