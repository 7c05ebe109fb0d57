# frozen_string_literal: true

module Operations
  # What every error of {Operations} descends from.
  class Error < StandardError
    # @return [Operations::Task, nil] the task that was being run, wherever there is one
    attr_accessor :task

    # @param message [String, nil]
    # @param task [Operations::Task, nil]
    def initialize(message = nil, task = nil)
      super(message)
      @task = task
    end

    # @private Whoever knows the task says so; the first to know is right.
    # @return [self]
    def about(task)
      @task ||= task unless frozen?
      self
    end
  end

  # For the author's own use: raise it in a handler to fail the task with a reason.
  class Failure < Error; end

  # The task stayed in one state for longer than its `timeout`.
  class Timeout < Error; end

  # A decision (or its conditions) came to no answer.
  class NoDecision < Error; end

  # A state that the task does not have, or a call that is not legal in the state it is in.
  class InvalidState < Error; end

  # Someone else is running the task, or has changed it since this copy was read.
  class Busy < Error; end

  # The declared flowchart cannot work; the message lists every error with its fix.
  class InvalidPlan < Error; end

  # An attribute or model was refused; the message has every text.
  class ValidationError < Error
    # @return [Operations::Validations::Errors, nil] all that was refused, by attribute
    attr_reader :errors

    # @param message [String, nil]
    # @param task [Operations::Task, nil]
    # @param errors [Operations::Validations::Errors, nil] defaults to the task's own
    def initialize(message = nil, task = nil, errors = nil)
      super(message, task)
      @errors = errors
    end
  end

  # @private What a {Busy} is besides, when a write found the stored task changed by someone else: the writer ends quietly.
  # A module, so that whoever sees the error reads the name that he can rescue.
  module Fenced; end
end
