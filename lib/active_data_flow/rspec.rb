# frozen_string_literal: true

# For the specs of programs with flows and tasks: `require "active_data_flow/rspec"` in a spec helper, in Rails behind the
# environment. Brings matchers and {ActiveDataFlow::Testing::Helpers} to every example; guides/testing.md shows them.
require "rspec/core"
require "rspec/expectations"
require "active_data_flow"
require "operations/matchers"
require_relative "testing/recorder"
require_relative "testing/performing"
require_relative "testing/moments"
require_relative "testing/helpers"
require_relative "testing/matchers"

RSpec.configure do |config|
  config.include ActiveDataFlow::Testing::Helpers
  config.after do
    ActiveDataFlow::Testing::Moments.return(self)
    ActiveDataFlow::Testing::Performing.forget
  end
end
