# frozen_string_literal: true

# Loads no Rails and no ActiveSupport: a spec that wants one requires it itself, and a spec in spec/ground keeps it so.
require "active_data_flow"

ci = ENV.key?("CI")

Dir[File.join(__dir__, "support/**/*.rb")].sort.each { |file| require file }

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :random
  Kernel.srand config.seed

  config.expect_with(:rspec) { |expectations| expectations.include_chain_clauses_in_custom_matcher_descriptions = true }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.shared_context_metadata_behavior = :apply_to_host_groups
  config.example_status_persistence_file_path = File.join(__dir__, "../tmp/rspec_status")

  # `fit` and `focus: true` are for the desk. In CI they would let the suite pass by leaving most of it out.
  if ci
    config.before(:example, :focus) { raise "this example is focused: take `focus` away before it is committed" }
  else
    config.filter_run_when_matching :focus
  end

  # `req: "O-30"` (or a list) says which rows of the requirements an example keeps: bin/test --tag req:O-30
  # `slow: true` is for what builds and installs gems: bin/test --tag ~slow
end
