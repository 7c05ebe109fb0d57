# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe "The other names of what is in Operations" do
  it "has V1's names for the handlers: the same classes", req: "O-55" do
    %i[ActionHandler DecisionHandler WaitHandler InteractionHandler ResultHandler].each do |name|
      expect(Operations::Task::Plan.const_get(name)).to equal(Operations::Handlers.const_get(name))
    end
  end

  it "has the names of the V2 branch", req: %w[O-10 O-55] do
    expect(Operations::V2).to equal(Operations)
    expect(Operations::V2::Task).to equal(Operations::Task)
    expect(Operations::V2::Handlers::WaitHandler).to equal(Operations::Handlers::WaitHandler)
    expect(Operations::V2::Adapters::Storage::Memory).to equal(Operations::Storage::Memory)
    expect(Operations::V2::Adapters::Executor::Inline).to equal(Operations::Executor::Inline)
  end

  it "has short names for the two defaults", req: %w[O-03 O-11] do
    expect(Operations::MemoryStorage).to equal(Operations::Storage::Memory)
    expect(Operations::InlineExecutor).to equal(Operations::Executor::Inline)
  end

  it "has the runner where V1 had it" do
    expect(Operations::Task::Runner).to equal(Operations::Runner)
  end

  it "has V1's other words for what a task class can be asked" do
    expect(Samples::Approval).to respond_to(:perform_now, :perform_later, :queue_as, :runs, :runs_using, :handler_for, :state_handlers,
      :interaction_handlers, :interaction_handler_for, :background_delay, :execution_timeout, :deletion_time, :timeout_handler,
      :sleep_times, :default_times, :indexed_attributes, :wake_sleeping, :delete_old)
    expect(Samples::Approval.new).to respond_to(:perform_now, :go_to_sleep!, :wakes_at, :expires_at, :parent_id, :waiting_until?, :record_error!)
  end
end
