# frozen_string_literal: true

require "active_support/concern"

module ActiveDataFlow
  module Rails
    # A job that may stop between two batches and go on in another execution: `step` and `interrupt!`, as Rails has them from
    # 8.1 on, and by our own means before. What it goes on with is the run's row; the step's cursor mirrors it, for people.
    module Continuing
      extend ActiveSupport::Concern

      included do
        if Continuing.by_rails?
          include ::ActiveJob::Continuable

          # An error after an advance would be no error otherwise: the job would begin again without asking `retry_on`.
          self.resume_errors_after_advancing = false
          self.resume_options = {wait: 0}
        else
          include ByOurselves
        end
      end

      # @return [Boolean] whether this Rails can continue jobs
      def self.by_rails? = defined?(::ActiveJob::Continuable) ? true : false

      # Before Rails 8.1: a job that stops enqueues itself again.
      module ByOurselves
        extend ActiveSupport::Concern

        # Ends an execution; nothing that rescues errors is to see it.
        class Interrupt < Exception; end # rubocop:disable Lint/InheritException

        # What Rails' step is to the block of `step`.
        Step = Struct.new(:name, :cursor) do
          alias_method :set!, :cursor=
        end

        included do
          around_perform do |job, block|
            block.call
          rescue Interrupt
            job.retry_job(wait: 0)
          end
        end

        # @yieldparam step [Step]
        def step(name) = yield(Step.new(name))

        # @param reason [Symbol]
        # @raise [Interrupt] always
        def interrupt!(reason:) = raise(Interrupt, "interrupted (#{reason})")
      end
    end
  end
end
