# frozen_string_literal: true

# Run by ../flows_spec.rb in processes of their own, since ActiveRecord brings ActiveSupport, and the suite has to hold
# without it. At the desk: ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/engine/support/examples.rb
require_relative "flow_database"
Dir[File.join(__dir__, "*_examples.rb")].sort.each { |file| require file }
