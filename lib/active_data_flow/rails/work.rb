# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # One execution of a {DataFlowJob}: finds the flow and the run, lets the engine carry batches over, and says what the job
    # is to do then.
    class Work
      # Seconds beyond ActiveJob's wait after which the sweep lets a run be tried again whose retry was lost.
      LATE = JobContext::AGAIN_AFTER
      private_constant :LATE

      # @param job [DataFlowJob]
      # @param flow [DataFlow, Class, Integer, String] see {FlowReference}
      # @param run_id [Integer, String, nil] nil: the run is this job's to find or make
      def initialize(job, flow, run_id)
        @job = job
        @given = flow
        @run_id = run_id
      end

      # @param step [#cursor, #set!]
      # @return [Symbol] (see Engine::Attempt#ending), or :nothing
      # @raise whatever ended the run; {#try_again} or {#give_up} then decide about it
      def call(step)
        @context = JobContext.new(@job, step, batch_size:)
        @flow_class = FlowReference.find(@given)
        return nothing("its flow was deleted") unless @flow_class
        return nothing("there is nothing to do") unless @run_id ? known : found_or_made

        ended(@flow.run_batch(cursor: step.cursor, start: @start, row: @row, context: @context))
      rescue RunStore::Inactive
        nothing("#{Flow.label(@flow_class)} is inactive")
      rescue UnknownFlow => error
        raise unless @run_id

        UnknownRun.new(@run_id, error).postpone
        nothing(error.message)
      rescue => error
        @aftermath = @context&.aftermath || claimed(error)
        raise
      end

      # @return [Operations::Machine::RetryRule, nil] the flow's own rule about the error
      def retry_rule(error)
        return if error.nil? || @flow_class.nil?

        @flow_class.declarations.retry_rules.find { |rule| rule.matches?(error) } || retry_rule(error.cause)
      end

      # @return [Integer] failed tries of the run, the last one included
      def tries = (@aftermath&.claim&.attempt || 0) + 1

      # @param wait [Numeric, nil] seconds until ActiveJob tries again
      # @return [Boolean] whether there is something to try again: not where another worker has the run meanwhile
      def try_again(wait) = @row.nil? || @aftermath&.try_again((wait || 0) + LATE) || false

      # What the flow's rule has in place of the error, when all attempts are used.
      # @param rule [Operations::Machine::RetryRule]
      # @param error [Exception]
      # @return [void]
      def exhausted(rule, error) = @flow.instance_exec(@flow.current_run, error, &rule.exhausted)

      # The run has failed, and with it the flow; unless another worker has the run.
      # @param error [Exception]
      # @return [void]
      def give_up(error)
        over = @row ? @aftermath&.fail : @flow_class
        FlowStatus.failed(@flow_class.flow_name, error) if over
      end

      private

      def batch_size = @given.is_a?(DataFlow) ? Runtime::ActiveJob.from_json(@given.runtime).batch_size : nil

      # A run that somebody has enqueued.
      def known
        store = RunStore.of(@flow_class)
        @row = store.find(@run_id)
        return false if @row.nil? || @row.finished?

        begin_with(Flow::Arguments.restore(@flow_class, @row.arguments || {}))
      end

      # A run of a schedule, or of who has enqueued the job himself. A schedule leaves a flow alone that a person has made
      # inactive, also one that could not run; what was enqueued is carried over.
      def found_or_made
        begin_with(@flow_class.new)
        refuse_inactive unless FlowStatus.kept_by?(@start.store)
        @row = @start.ask { |entry| @start.store.run_of_job(job_id: @job.job_id, unless_inactive: true, **entry) }
        !@row.nil?
      rescue
        refuse_inactive
        raise
      end

      def refuse_inactive
        raise RunStore::Inactive.new(@flow_class.flow_name) if FlowStatus.inactive?(@flow_class.flow_name)
      end

      def begin_with(flow)
        @flow = flow
        @start = ActiveDataFlow::Engine::Start.new(flow)
        true
      end

      def nothing(why)
        Operations.logger.info("#{@job.class} #{@job.job_id}: #{why}")
        :nothing
      end

      def ended(ending)
        case ending
        when :success then FlowStatus.succeeded(@start.store, @context.succeeded_run) if whole?
        when :interrupted then @job.interrupt!(reason: :stopping)
        when :busy then busy
        end
        ending
      end

      # Of a run in parts the last one says so.
      def whole? = !@row.part? || @start.store.find(@row.parent_run_id)&.status == "success"

      # The run is another worker's. Whoever enqueued a run has it done by that one; who came by a schedule may wait, not here
      # but in the queue.
      def busy
        row = @start.store.find(@row.id)
        Operations.logger.info("#{Flow::Arguments.label(@flow_class, @row.arguments || {})} is already running as run #{@row.id}.")
        return if @run_id || row.nil? || row.finished? || @flow_class.on_conflict != :wait

        @job.retry_job(wait: row.lease_until ? [row.lease_until - Time.current, 0].max + 1 : 1)
      end

      # An error before there was a claim: nobody else may change what becomes of the run.
      def claimed(error)
        store = @start&.store || (@row && RunStore.of(@flow_class))
        return if @row.nil? || @context.left? || store.unreachable?(error)

        claim = ActiveDataFlow::Engine::Claiming.new(store, @row, job_id: @job.job_id).call
        ActiveDataFlow::Engine::Aftermath.new(@flow, store, claim, error) if claim
      end
    end
  end
end
