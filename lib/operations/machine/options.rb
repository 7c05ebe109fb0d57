# frozen_string_literal: true

module Operations
  module Machine
    # The words that set how a task class behaves. Every one is inherited, and the last call wins.
    module Options
      NONE = [].freeze
      private_constant :NONE

      DELAY = 60
      TIMEOUT = 86_400
      DELETE_AFTER = 7_776_000

      # How long a task sleeps between two looks at its conditions; default one minute.
      # @param value [Numeric, ActiveSupport::Duration] seconds
      def delay(value) = set_duration(:@background_delay, value, :delay)

      # How long a task may stay in one state before it times out; default 24 hours, nil: for ever.
      # @param value [Numeric, ActiveSupport::Duration, nil] seconds
      def timeout(value)
        @timeout_given = true
        set_duration(:@execution_timeout, value, :timeout, optional: true)
      end

      # How long a finished task is kept, from its completion or failure; default 90 days, nil: for ever.
      # @param value [Numeric, ActiveSupport::Duration, nil] seconds
      def delete_after(value) = set_duration(:@deletion_time, value, :delete_after, optional: true)

      # @return [Numeric, ActiveSupport::Duration] as it was given
      def background_delay = @background_delay || DELAY

      # @return [Numeric, ActiveSupport::Duration, nil] as it was given
      def execution_timeout = @timeout_given ? @execution_timeout : TIMEOUT

      # @return [Numeric, ActiveSupport::Duration, nil] as it was given
      def deletion_time = instance_variable_defined?(:@deletion_time) ? @deletion_time : DELETE_AFTER

      # @private
      def timeout_given? = !!@timeout_given

      # Runs in a task whose timeout has passed; there, `go_to` saves it. Without one the task fails with {Timeout}.
      def on_timeout(&handler)
        declaring(:on_timeout)
        raise ArgumentError, "on_timeout needs a block, e.g. on_timeout { go_to :expired }" unless handler

        @on_timeout = handler
        @timeout_work = Handlers::Compiled.new(handler)
        @timeout_work.compile(self, :__on_timeout)
      end

      # @return [Proc, nil]
      def timeout_handler = @on_timeout

      # @private
      # @return [Handlers::Compiled, nil]
      def timeout_work = @timeout_work

      # @param policy [Symbol, nil] :delay or :immediate; without an argument: the policy in force
      # @return [Symbol]
      def first_wake(policy = nil)
        return @first_wake || Operations.first_wake if policy.nil?

        declaring(:first_wake)
        @first_wake = Operations.first_wake_policy(policy)
      end

      # How soon a transition has to survive the death of the machine, where the storage knows a difference (PostgreSQL).
      # @param policy [Symbol, nil] :burst (the states on the way through a burst survive that of the process, the one it
      #   ends in that of the machine) or :every_transition, for handlers with effects elsewhere; without an argument:
      #   the policy in force
      # @return [Symbol]
      def durability(policy = nil)
        return @durability || Operations.durability if policy.nil?

        declaring(:durability)
        @durability = Operations.durability_policy(policy)
      end

      # The queue on which executors that have queues run the task; default :default.
      def queue(name = nil)
        return queue_as if name.nil?

        declaring(:queue)
        @queue = name.to_sym
      end

      # @return [Symbol]
      def queue_as(name = nil) = name.nil? ? (@queue || :default) : queue(name)

      # The queue adapter on which executors that have such run the task; the last call wins.
      def runs_on(adapter)
        declaring(:runs_on)
        @queue_adapter = adapter
      end
      alias_method :runs, :runs_on
      alias_method :runs_using, :runs_on

      # @return [Symbol, Object, nil] nil: the executor's own
      def queue_adapter = @queue_adapter

      # Makes the models in these attributes find their tasks; see {Operations::Participant}.
      # @param names [Array<Symbol>] attributes or models; those that the class does not have when it is first used are an
      #   error of its plan
      def index(*names)
        declaring(:index)
        @indexed_attributes = indexed_attributes | names.flatten.map(&:to_sym)
      end

      # @return [Array<Symbol>]
      def indexed_attributes = @indexed_attributes || NONE

      # While a task with the same values is unfinished, `call` and `later` return that one.
      # @param names [Array<Symbol>] attributes or models, declared above
      def unique_by(*names)
        declaring(:unique_by)
        raise ArgumentError, "#{attribute_label}: unique_by needs the name of an attribute or model, e.g. unique_by :invoice" if names.empty?

        known = attribute_names + model_names
        unknown = names.map(&:to_s) - known
        unless unknown.empty?
          raise ArgumentError, "#{attribute_label}: unique_by names #{Spelling.list(unknown)}, which is not declared above; " \
            "there is #{Spelling.list(known)}.#{Spelling.hint(unknown.first, known)}"
        end

        @unique_by = names.map(&:to_s)
      end

      # @private
      # @return [Array<String>, nil]
      def unique_names = @unique_by

      # When a handler raises one of these, the task waits in its state and runs the handler again. Counted per state;
      # of several rules the one declared last is asked first. Without a block the task fails when its tries are used; a
      # block is called instead of raising, with the failed task, which goes on where it says `task.go_to(:state)`.
      # @param errors [Array<Class, String>]
      # @param wait [Numeric, ActiveSupport::Duration, Proc, Symbol] seconds; a Proc gets the number of tries, and the
      #   error where it takes two arguments; :polynomially_longer is tries**4 + 2 seconds
      # @param attempts [Integer, Symbol] runs of the handler in all, or :unlimited
      # @param jitter [Float, nil] share of the wait that is added at random
      # @param queue [Symbol, String, nil] of the job that tries again, where an executor has jobs
      # @param priority [Integer, nil] of that job
      # @param report [Boolean, nil] whether each error that leads to another try is handed to `Rails.error`
      # @yieldparam task [Operations::Task]
      # @yieldparam error [Exception]
      def retry_on(*errors, wait: 3, attempts: 5, queue: nil, priority: nil, jitter: nil, report: nil, &exhausted)
        declaring(:retry_on)
        @retry_rules = [RetryRule.new(errors, wait:, attempts:, queue:, priority:, jitter:, report:, exhausted:), *retry_rules]
      end

      # @private newest first
      def retry_rules = @retry_rules || []

      # @private
      # @return [Hash] :queue and :priority of a job that tries again where nobody knows any more by which rule: what all say
      def _retry_job = retry_rules.map(&:job).uniq.then { |jobs| jobs.one? ? jobs.first : NOTHING }

      # An abstract class is neither registered nor verified, and its own flowchart need not work.
      attr_writer :abstract_class

      def abstract_class? = @abstract_class == true
      alias_method :abstract_class, :abstract_class?

      # @return [Hash] when a sleeping task wakes: now + delay
      def sleep_times = {wakes_at: Clock.time(Clock.now_us + Duration.us(background_delay, :delay))}

      # @return [Hash] when a new task wakes: now
      def default_times = {wakes_at: Clock.time(Clock.now_us)}

      # @private
      def copy_options_of(parent)
        %i[@background_delay @execution_timeout @timeout_given @deletion_time @on_timeout @timeout_work @first_wake @durability @queue
          @queue_adapter @indexed_attributes @unique_by @retry_rules].each do |name|
          instance_variable_set(name, parent.instance_variable_get(name)) if parent.instance_variable_defined?(name)
        end
      end

      private

      def set_duration(variable, value, word, optional: false)
        declaring(word)
        Duration.us(value, word) unless optional && value.nil?
        instance_variable_set(variable, value)
      end
    end

    OptionNames.told_by(Options)
  end
end
