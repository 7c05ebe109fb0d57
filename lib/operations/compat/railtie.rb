# frozen_string_literal: true

module Operations
  module Compat
    # The rake task `agent_runner`, and the status of a response to what a task refused.
    class Railtie < ::Rails::Railtie
      rake_tasks do
        desc "Wake the tasks that are due and delete old ones, until a signal stops it"
        task(agent_runner: :environment) { Operations::Task::Runner.start }
      end

      config.after_initialize do
        if defined?(::ActionDispatch::ExceptionWrapper)
          responses = ::ActionDispatch::ExceptionWrapper.rescue_responses
          responses[RecordInvalid.name] = responses[RecordInvalid.superclass.name]
        end
      end
    end
  end
end
