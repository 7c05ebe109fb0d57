# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    module Words
      # The words for how a flow runs. All are inherited; the last call wins, unless a word says that it adds one.
      module Options
        READS = %i[all new changed].freeze
        POLICIES = %i[halt skip quarantine].freeze
        CONFLICTS = %i[skip wait].freeze
        private_constant :READS, :POLICIES, :CONFLICTS

        # What each run reads: `:all` (default; rows that are the same are not written again), `:new` (what lies behind the
        # last run's cursor) or `:changed`.
        # @param by [Array<Symbol>, nil] of `:changed`: a time that moves with every change, then a unique column;
        #   default updated_at and the primary key
        # @param settle [Numeric, ActiveSupport::Duration] seconds that clocks may differ
        # @return [void]
        def read(kind, by: nil, settle: Declarations::SETTLE)
          declaring(:read)
          unless READS.include?(kind)
            raise ArgumentError, "#{Flow.label(self)}: read is #{Operations::Spelling.list(READS)}, not #{kind.inspect}."
          end
          if by && kind != :changed
            raise ArgumentError, "#{Flow.label(self)}: by: belongs to read :changed. For read :#{kind} say the columns at source: cursor: #{by.inspect}."
          end

          Operations::Duration.us(settle, :settle)
          declarations.read = ReadRule.new(kind:, by: column_names(:read, :by, by), settle:)
          refuse_partial_mirror
        end

        # How many rows are committed together at most; it adapts below that. Default 10,000.
        # @return [Integer] without an argument: the number in force
        def batch_size(count = nil)
          return declarations.batch_size if count.nil?

          declaring(:batch_size)
          unless count.is_a?(Integer) && count.positive?
            raise ArgumentError, "#{Flow.label(self)}: batch_size is a number of rows from 1 on, not #{count.inspect}."
          end

          declarations.batch_size = count
        end

        # When the flow runs by itself.
        #   schedule :every, 5.minutes
        #   schedule :cron, "0 2 * * *", zone: "Europe/Berlin"
        #   schedule every: 1.day, at: "02:00"
        # @return [Schedule, nil] without arguments: the schedule in force
        # @raise [ArgumentError] for what cannot be read, and on a flow with a required argument
        def schedule(kind = nil, value = nil, **options)
          return declarations.schedule if kind.nil? && options.empty?

          declaring(:schedule)
          Operations::OptionNames.check("#{Flow.label(self)}: schedule", options.keys, Operations::OptionNames.of(Schedule.method(:read)))
          declarations.schedule = readable_schedule(kind, value, **options)
          refuse_scheduled_arguments
          declarations.schedule
        end

        # What happens to a row that cannot be read, transformed or written: the run stops (`:halt`, default), the row is
        # counted (`:skip`), or it is put aside with its reason (`:quarantine`).
        # @param budget [Float, Integer, nil] share of the rows read, or number of rows, that may be put aside; default 0.01
        # @return [void]
        def on_error(policy, budget: nil)
          declaring(:on_error)
          unless POLICIES.include?(policy)
            raise ArgumentError, "#{Flow.label(self)}: on_error is #{Operations::Spelling.list(POLICIES)}, not #{policy.inspect}."
          end

          budget = checked_budget(budget.nil? ? 0.01 : budget) unless policy == :halt
          declarations.on_error = ErrorRule.new(policy:, budget:)
        end

        # Rests while the block holds; asked before each batch, on the flow. Adds one.
        #   throttle_on(backoff: 30.seconds) { Replica.behind? }
        #   throttle_on(backoff: -> { rand(5..30) }) { Order.connection.select_value("SELECT ...") > 100 }
        #
        # @param backoff [Numeric, ActiveSupport::Duration, Proc] seconds until it is asked again; a Proc is called on the flow. In
        #   a job, longer than 5 seconds gives the worker back
        # @return [void]
        def throttle_on(backoff: 30, &block)
          declaring(:throttle_on)
          raise ArgumentError, "#{Flow.label(self)}: throttle_on needs a block, e.g. throttle_on { Replica.behind? }" unless block

          Operations::Duration.us(backoff, :backoff) unless backoff.respond_to?(:call)
          declarations.throttles << ThrottleRule.new(backoff:, block:)
          nil
        end

        # Called when a run has succeeded, at least once; an error in it does not change the run. Adds one.
        # @param method [Symbol, nil] of the flow, with 0 parameters or 1 (the run)
        # @return [void]
        def after_complete(method = nil, &block) = add_callback(:after_complete, method, block)

        # What {#after_complete} is called where it matters that a run has `partitions`: once all of its parts have succeeded.
        alias_method :on_all_complete, :after_complete

        # Called when a run has failed, at least once. Adds one.
        # @param (see #after_complete)
        # @return [void]
        def after_failure(method = nil, &block) = add_callback(:after_failure, method, block)

        # At most `limit` runs of all flows in the group at a time, over all processes. What becomes of one more says {#on_conflict}.
        # @return [GroupRule, nil] without arguments: the group
        def group(name = nil, limit: 1)
          return declarations.group if name.nil?

          declaring(:group)
          raise ArgumentError, "#{Flow.label(self)}: group limit: is a number from 1 on, not #{limit.inspect}." unless limit.is_a?(Integer) && limit.positive?

          declarations.group = GroupRule.new(name: name.to_s, limit:)
        end

        # What a run does that meets another of the same flow and arguments, or a group that is full: it is returned as it is
        # (`:skip`), or it waits (`:wait`).
        def on_conflict(what = nil)
          return declarations.on_conflict if what.nil?

          declaring(:on_conflict)
          unless CONFLICTS.include?(what)
            raise ArgumentError, "#{Flow.label(self)}: on_conflict is #{Operations::Spelling.list(CONFLICTS)}, not #{what.inspect}."
          end

          declarations.on_conflict = what
        end

        # The queue on which runtimes that have queues run the flow.
        def queue(name = nil)
          return declarations.queue if name.nil?

          declaring(:queue)
          declarations.queue = name.to_sym
        end

        # The priority there.
        def priority(number = nil)
          return declarations.priority if number.nil?

          declaring(:priority)
          declarations.priority = Integer(number, exception: false) ||
            raise(ArgumentError, "#{Flow.label(self)}: priority is a number, the lower the sooner in most queues, not #{number.inspect}.")
        end

        # In how many parts a table or a relation is read, each a run of its own behind bounds of its own: by workers side by side,
        # in {Running#run_now} one after the other. Their counts and callbacks are those of one run. Default 1.
        # @return [Integer] without an argument: how many
        def partitions(count = nil)
          return declarations.partitions if count.nil?

          declaring(:partitions)
          raise ArgumentError, "#{Flow.label(self)}: partitions is a number from 1 on, not #{count.inspect}." unless count.is_a?(Integer) && count.positive?

          declarations.partitions = count
        end

        # After one of these errors a run is tried again, from its cursor. ActiveJob's signature. Adds one.
        # @param errors [Array<Class, String>]
        # @param wait [Numeric, ActiveSupport::Duration, Proc, Symbol] seconds
        # @param attempts [Integer, Symbol] runs in all, or :unlimited
        # @param queue [Symbol, String, nil] of the job that tries again
        # @param priority [Integer, nil] of that job
        # @param report [Boolean, nil] whether each error that leads to another try is handed to `Rails.error`
        # @return [void]
        def retry_on(*errors, wait: 3, attempts: 5, queue: nil, priority: nil, jitter: nil, report: nil, &exhausted)
          declaring(:retry_on)
          declarations.retry_rules.unshift(Operations::Machine::RetryRule.new(errors, wait:, attempts:, queue:, priority:, jitter:, report:, exhausted:))
          nil
        end

        # A rule about an argument may make it required, which a schedule cannot give.
        def validates(...)
          super
          refuse_scheduled_arguments
        end

        private

        def add_callback(word, method, block)
          declaring(word)
          unless method.nil? ^ block.nil?
            raise ArgumentError, "#{Flow.label(self)}: #{word} takes the name of a method or a block. Write #{word} :tell, or #{word} { |run| ... }"
          end

          declarations.public_send(word) << (method || block)
          nil
        end

        def checked_budget(budget)
          return budget if (budget.is_a?(Integer) && !budget.negative?) || (budget.is_a?(Float) && budget.between?(0.0, 1.0))

          raise ArgumentError, "#{Flow.label(self)}: budget: is a share of the rows read (0.01) or a number of rows (100), not #{budget.inspect}."
        end

        def readable_schedule(...)
          Schedule.read(...)
        rescue ArgumentError => error
          raise ArgumentError, "#{Flow.label(self)}: #{error.message}"
        end

        def refuse_scheduled_arguments
          return unless declarations.schedule

          name = required_arguments.first or return
          raise ArgumentError, "#{Flow.label(self)} needs :#{name}, so a schedule cannot start it. Give it a default or remove the schedule."
        end
      end

      Operations::OptionNames.told_by(Options)
    end
  end
end
