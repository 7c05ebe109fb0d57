# frozen_string_literal: true

require "operations"

begin
  gem "activejob", ">= 7.1" # we lean on perform_all_later
  require "active_job"
rescue LoadError => error
  raise unless error.is_a?(Gem::LoadError) || error.path == "active_job"

  raise LoadError, "Operations::Executor::ActiveJob needs activejob 7.1 or later (#{error.message}). Add it to the Gemfile: gem \"activejob\", \">= 7.1\""
end

require_relative "../../active_data_flow/rails/after_commit"
require_relative "active_job/adapters"
require_relative "active_job/enqueuing"
require_relative "active_job/performing"

module Operations
  module Executor
    # Runs tasks in jobs: on the queue that a task's class names (`queue`), by the adapter that it names (`runs_on`).
    #
    #   require "operations/executor/active_job"
    #   Operations.executor = Operations::Executor::ActiveJob.new
    #
    # A job says which task to look at, no more: a lost, late or repeated one does no harm. So what wakes tasks for
    # certain is {Operations.sweep}, and jobs are how it, and who cannot wait for it, has them run.
    class ActiveJob < Base
      include Enqueuing

      # @return [Numeric] seconds: who sleeps for less than this is woken by a job of its own, all others by the sweep
      attr_reader :sweep_interval

      # @param sweep_interval [Numeric] seconds from one sweep to the next
      def initialize(sweep_interval: 30)
        super()
        @sweep_interval = sweep_interval
      end

      # Runs in the calling thread, as every `MyTask.call` does.
      # (see Base#call)
      def call(task)
        task.execute_state_machine
        wake_soon(task)
      end

      # Enqueues an {ExecuteTaskJob}, after the commit of the transaction that is open here.
      # (see Base#later)
      def later(task) = enqueue_one(ExecuteTaskJob.for(task), task)

      # Stores the task as due, with what was changed on this copy, and enqueues a {WakeTaskJob}.
      # (see Base#wake)
      def wake(task) = task._make_due ? enqueue_one(WakeTaskJob.for(task), task) : task

      # The same for many, all at once.
      # @param tasks [Array<Operations::Task>] already stored
      # @return [void]
      def later_all(tasks) = enqueue_aside(tasks.map { |task| ExecuteTaskJob.for(task) })

      # (see Base#became_due)
      def became_due(id)
        task = Operations.storage.find(id)
        enqueue_aside([WakeTaskJob.for(task)]) if task && !task._finished?
      rescue Error => error
        Operations.logger.warn("task #{id} is due, and left to the sweep: #{error.message}")
      end

      # Enqueues a {WakeTaskJob} for each, all at once.
      # @param due [Array<#id, #type>] tasks, or as {Storage::ActiveRecord#dispatch} gives them
      # @return [void]
      def wake_all(due) = enqueue(due.map { |one| WakeTaskJob.for(one) })

      # Enqueues one {DeleteOldTaskJob}.
      # @param task_class [Class]
      # @return [void]
      def delete_old(task_class) = enqueue([DeleteOldTaskJob.new(task_class.name)])
    end
  end
end

# In a Rails application they are loaded as the application's own jobs are, whose class they descend from.
unless defined?(ActiveDataFlow::Rails::Engine)
  %w[application_job execute_task_job wake_task_job delete_old_task_job].each { |job| require_relative "../rails/app/jobs/operations/#{job}" }
end
