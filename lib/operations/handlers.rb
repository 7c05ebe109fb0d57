# frozen_string_literal: true

module Operations
  # What a task class declares: one handler per state, one per interaction.
  # They are plain objects that only talk to the task through its public methods,
  # so an overriding method or a test double sees every call.
  module Handlers
  end
end

require_relative "handlers/compiled"
require_relative "handlers/signature"
require_relative "handlers/action_handler"
require_relative "handlers/conditions"
require_relative "handlers/decision_handler"
require_relative "handlers/wait_handler"
require_relative "handlers/interaction_handler"
require_relative "handlers/result_handler"
