# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # One attempt of this process at one run: claims it, carries batches over until the source ends, and leaves the run in a
    # state that somebody owns. The statements are the store's (protocols.md P2 to P6).
    class Attempt
      include Mending
      include Sparing
      include Telling
      include Committing

      # Seconds between two looks at a run that another worker has.
      LOOK = 0.2

      # @param plan [Plan]
      # @param store [RunStore::Base]
      # @param row [RunStore::Row]
      # @param context [Context]
      def initialize(plan, store, row, context = Context.new)
        @plan = plan
        @store = store
        @row = row
        @context = context
        @pace = Pace.new([plan.batch_size, context.batch_size].compact.min)
        @suspects = Suspects.new(store, plan.batch_size)
        @announcement = Announcement.for(plan.sinks, store)
        @authority = plan.authority(store)
        @checkpoints = Checkpoints.for(plan.sinks, @authority)
        @deletes = Deletes.for(plan, store)
        @bound = Bound.new(plan, store)
        @forecast = Forecast.new
        @progress = Progress.new(plan, store)
        @troubles = 0
      end

      # @return [Symbol] how the last {#call} ended: :success, :over (a person stopped the run), :interrupted (somebody is to
      #   go on), :put_off (the same, when its source or sink may be asked again), :lost (another worker took it over), or :busy and :no_slot (it was not to be had)
      attr_reader :ending

      # @return [Run]
      # @raise whatever ended the run
      def call
        claimed { |claim| work(claim) } && (callbacks? || !succeeded?) && Callbacks.new(@plan.flow, @store, run).call
        run
      end

      # @return [Run] as it is stored now; one that was deleted meanwhile, with its flow, as it was known last
      def run = Run.new(@store, succeeded? ? claim : stored || @lease&.claim || @row)

      private

      def claim = @lease.claim

      # By a last commit that is known to this worker, and with it all that the row has.
      def succeeded? = @lease && claim.status == "success"

      def callbacks? = Callbacks.after_success?(@plan.flow, claim)

      def lasting(&) = Lasting.call(@store, &)

      def stored = lasting { @store.find(@row.id) }

      # Under `on_conflict :wait` as soon as the other worker has ended, or its lease has.
      # @yieldparam claim [RunStore::Claim]
      # @return [RunStore::Claim, nil] nil when the run is another worker's
      def claimed(&)
        claiming = Claiming.new(@store, @row, job_id: @context.job_id, provider_job_id: @context.provider_job_id, group: @plan.flow.class.group)
        claim = claiming.call(&) and return claim

        @ending = claiming.why
        turn = Turn.new(@plan, @store)
        return turn.pass(@row, claiming.why) unless @context.waits? && @plan.flow.class.on_conflict == :wait

        turn.wait(@row, claiming.why)
        sleep LOOK until (claim = claiming.call(&)) || !run_at_work?
        claim
      end

      def run_at_work? = stored&.then { |row| !(row.finished? || row.paused?) }

      def work(claim)
        @lease = RunStore::Renewer.instance.hold(@store, claim)
        @ending = :over
        telling_run { Interrupts.during(@context) { |interrupts| attempt(interrupts) } }
      ensure
        @lease&.end
      end

      def attempt(interrupts)
        @interrupts = interrupts
        carry_over
        @parted = true
        return unless succeeded?

        @ending = :success
        @context.succeeded(claim)
      rescue LeaseLost
        @parted = true
        @ending = :lost
        lasting { @store.alive(claim) }
        tell_interrupt("lost")
        Operations.logger.info("#{claim}: another worker goes on with it")
      rescue Interrupts::TooSlow
        interrupted
      rescue => error
        failed(error)
        @parted = true
        raise
      ensure
        # What ends the process or the thread, not the run: a signal, Thread#kill (which no rescue sees), a time that was
        # too short, a throw. Nobody is to wait for the lease.
        release unless @parted
        Outbox.next_of_group(@store, @plan.flow.class.group)
      end

      # Whom the database did not answer leaves the run to who comes next: that is no failure.
      def failed(error)
        return @context.left if @unreached

        aftermath = Aftermath.new(@plan.flow, @store, claim, error)
        @context.takes?(aftermath) ? @undecided = aftermath : @failed = aftermath.fail
      end

      def carry_over
        nil until ended?
      ensure
        close
      end

      # One batch.
      # @return [Boolean] whether there is nothing more to do for this worker
      def ended?
        look
        return true if claim.finished?
        return stopped if claim.stop_requested
        return interrupted if @interrupts.come?
        return finished if @bound.nothing?

        throttle
        portion = @announcement.next(path, claim, @suspects.limit(claim, @pace.size))
        carried_over?(portion).tap { tell }
      rescue Throttled => error
        close
        put_off?(error)
      rescue CursorExpired => error
        close
        start_over(error)
        false
      rescue => error
        @store.trouble?(error) ? mended?(error) : raise
      end

      def tell
        @context.committed(claim.cursor)
        @plan.progress&.call(Run.new(@store, claim))
      end

      # Once, after the claim.
      def look
        return if @looked

        taken(claim)
        return if claim.finished?

        @lease.claim = @suspects.look(claim)
        @lease.claim = @deletes.look(claim)
        @store.forget_uncommitted_rejects(claim)
        @bound.fix(claim, @interrupts)
        @looked = true
      end

      def path
        @path ||= begin
          @checkpoints.resume(claim)
          @plan.path(claim.cursor)
        end
      end

      def close
        @path ? @path.close : @plan.close
        @path = nil
      end

      # @return [Boolean] whether it was the last one
      def committed(portion)
        @lease.claim = @suspects.tries(claim, portion)
        @lease.claim = @announcement.make(claim, portion)
        aside = aside_of(claim)
        prepare(portion, aside)
        before, began = claim, seconds
        store(portion, aside)
        @lease.claim = @progress.after(claim, before)
        @pace.took(portion.size, seconds - began)
        path.done(portion)
        tell_rejects(aside, before)
        @suspects.forget
        @troubles = @rested = 0
        portion.last?
      end

      def aside_of(claim)
        Aside.new(@plan, Budget.new(@plan.on_error, read: claim.rows_read, rejected: claim.rows_rejected))
      end

      # The row that has killed its workers is put aside without being looked at again.
      def prepare(portion, aside)
        @suspects.kills?(portion) ? portion.condemn(aside, Suspects::DEADLY) : portion.prepare(aside)
      end

      def store(portion, aside)
        foretold = @forecast.counters(portion)
        @lease.claim = write(to: portion.upto, rows: portion.size, counters: foretold, last: portion.last?) do |open|
          counters = written(portion, open, aside)
          check(counters, aside, last: portion.last?)
          @authority.reject(claim, aside.entries.map(&:to_h)) if aside.entries.any?
          @forecast.learn(counters)
          Forecast.difference(counters, foretold)
        end
      rescue Throttled => error
        # What is committed with the run was taken back, and is read again. Elsewhere the sink has some of the rows already.
        (@plan.sink.pool.nil? && rested?(error)) ? retry : raise
      end

      # The source had nothing (more).
      def finished
        @lease.claim = write(to: claim.cursor, last: true) do |open|
          @plan.sinks.beside(open) { |connection| @deletes.rest(connection, claim) }.tap { |counters| check(counters, aside_of(claim), last: true) }
        end
        true
      end

      def stopped
        @store.stop(claim)
        tell_interrupt(claim.stop_requested)
        true
      end

      def interrupted
        @ending = :interrupted
        tell_interrupt("stopping")
        given_back = release
        say_how_to_go_on if given_back && @context.again_after.nil?
        true
      end

      def seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
