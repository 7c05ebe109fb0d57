# frozen_string_literal: true

# The other names under which the ancestors knew these classes: the same objects, so code written for them runs.
module Operations
  V2 = self

  # As Operations::V2::Adapters::Storage::Memory and so on.
  module Adapters
    Storage = Operations::Storage
    Executor = Operations::Executor
  end

  MemoryStorage = Storage::Memory
  InlineExecutor = Executor::Inline

  class Task
    Runner = Operations::Runner

    # The handlers' first home.
    module Plan
      ActionHandler = Handlers::ActionHandler
      DecisionHandler = Handlers::DecisionHandler
      WaitHandler = Handlers::WaitHandler
      InteractionHandler = Handlers::InteractionHandler
      ResultHandler = Handlers::ResultHandler
    end
  end
end
