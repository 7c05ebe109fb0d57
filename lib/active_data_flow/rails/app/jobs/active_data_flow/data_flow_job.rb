# frozen_string_literal: true

module ActiveDataFlow
  # Carries batches of a run over, until it ends or is to stop. A job is only a hint that there may be something to do: which
  # run, whether it is free, and where it goes on, says the run's row.
  #
  #   OrderExportFlow.enqueue_now                          # makes the run, and after the commit this job
  #   ActiveDataFlow::DataFlowJob.perform_later("order_export") # as a schedule does
  class DataFlowJob < ApplicationJob
    include Rails::Continuing

    queue_as { ActiveDataFlow.configuration.queue }

    # By name, so that what they belong to need not be there. What a flow says itself by `retry_on` is heard first.
    retry_on "ActiveRecord::Deadlocked", wait: 5.seconds, attempts: 3
    retry_on "Net::OpenTimeout", wait: :polynomially_longer, attempts: 10
    # A schedule's job whose flow this process does not know (yet): for an hour. Of a run that is there the sweep takes care.
    retry_on "ActiveDataFlow::UnknownFlow", wait: 30.seconds, attempts: 120, jitter: 0
    discard_on ::ActiveJob::DeserializationError

    after_discard { |job, error| job.given_up(error) }
    after_perform { Rails::Sweeping.after_job }

    # Makes runs of several flows, and their jobs by one call of the adapter, after the commit.
    #
    #   ActiveDataFlow::DataFlowJob.perform_all_later([OrderExportFlow, [ContactImportFlow, {upload:}]])
    #
    # @param flows [Array] each a flow as {#perform} takes it, or an Array of it and its arguments
    # @return [Array<Run>]
    def self.perform_all_later(flows)
      ActiveDataFlow::Engine::Enqueuing.all(flows.map { |flow, arguments| Rails::FlowReference.find(flow).new(**arguments.to_h) })
    end

    # @param flow [DataFlow, Class, Integer, String] row, class, id, GlobalID or name
    # @param run_id [Integer, String, nil] nil: the run that this job has made, else the unfinished one, else a new one
    # @return [Symbol] how it ended
    def perform(flow, run_id: nil)
      step(:process_batch) do |step|
        @work = Rails::Work.new(self, flow, run_id)
        @work.call(step)
      end
    end

    # Rails would stop inside of a commit's block. The engine asks between batches.
    # @private
    def checkpoint! = nil

    # A run that is to be tried again is given back before its job is enqueued. One that another worker has is not.
    # @private
    def retry_job(options = {})
      super if options[:error].nil? || @work.nil? || @work.try_again(options[:wait])
    end

    # @private
    def given_up(error) = @work ? @work.give_up(error) : Rails::UnreadableJob.new(self).give_up(error)

    # The flow's own rules, then those above and the application's.
    # @private
    def rescue_with_handler(error)
      rule = @work&.retry_rule(error) or return super
      tries = @work.tries
      return once_more(rule, tries, error) if rule.again?(tries)
      return unless rule.exhausted

      run_after_discard_procs(error)
      @work.exhausted(rule, error)
      error
    end

    # Dashboards show the arguments, and this.
    # @private
    def serialize = super.merge("flow_name" => flow_name)

    private

    def once_more(rule, tries, error)
      ActiveDataFlow::Instrumentation.report(error, flow: flow_name, job_id:) if rule.report?
      retry_job(wait: rule.wait_us(tries, error) / 1e6, error:, **rule.job) || error
    end

    def flow_name
      flow = arguments.first
      flow.respond_to?(:name) ? flow.name : flow&.to_s
    end
  end
end
