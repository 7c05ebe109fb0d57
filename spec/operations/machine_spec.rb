# frozen_string_literal: true

require "operations"

RSpec.describe Operations::Machine, req: "O-53" do
  it "leaves a task class no constants that would hide the author's own, beside those it had from the start" do
    constants = (Operations::Task.ancestors - Object.ancestors).flat_map { |one| one.constants(false) }

    expect(constants).to contain_exactly(:Plan, :Runner, :UnknownAttributeError)
  end
end
