# frozen_string_literal: true

module Operations
  module Machine
    # A task class made ready to run: the plan as the core checked it, and for each state its handler.
    class Chart
      # One state: its name as it is stored, who handles it, whether it runs at once; and for {Burst} the private method
      # that its block was compiled to, with the stop it leads to (or the two, by its answer), or whether it is a result;
      # and whether its handler and its transition are one commit ({OneCommit}).
      Stop = Struct.new(:name, :handler, :immediate, :afters_only, :afters, :number, :work, :target, :yes, :no, :result,
        :one_commit)

      # @return [ActiveDataFlow::Native::Plan]
      attr_reader :plan
      # @return [Hash{String, Symbol=>Stop}]
      attr_reader :stops
      # @return [Symbol] the policy it was made under
      attr_reader :first_wake
      # @return [Boolean] whether the class overrides instance_exec or instance_eval, so that blocks must go through them
      attr_reader :interpreted
      # @return [Boolean] whether nobody overrides what {Burst} leaves out
      attr_reader :plain

      # @param klass [Class]
      # @raise [InvalidPlan] naming every error with its fix
      def initialize(klass)
        @klass = klass
        @first_wake = klass.first_wake
        @plan = ActiveDataFlow::Native::Plan.new(klass.name || Registry::UNNAMED, klass.initial_state, states,
          interactions, settings)
        errors = Chart.errors_of(klass, @plan)
        raise InvalidPlan, errors.join("\n") unless errors.empty?

        @stops = stops_by_name.freeze
        @stops.each_value { |stop| shorten(stop) }
        reconsider
      end

      # Asks again who overrides what.
      def reconsider
        @interpreted = Chart.interpreted?(@klass)
        @plain = !Burst.hooked?(@klass)
      end

      # @return [Array<String>] why the class cannot run: the plan's own errors, and what only Ruby can know
      def self.errors_of(klass, plan = plan_of(klass))
        plan.errors + strange_sinces(klass) + UnknownNames.of(klass)
      end

      def self.strange_sinces(klass)
        klass.state_handlers.select { |_name, handler| handler.is_a?(Handlers::WaitHandler) }.flat_map do |state, handler|
          names = handler.afters.filter_map { |_us, since, _target| since }.uniq.reject { |since| klass.method_defined?(since) }
          names.map { |since| strange_since(klass, state, since) }
        end
      end

      def self.strange_since(klass, state, since)
        known = klass.attribute_names
        "#{klass.name || Registry::UNNAMED} waits since :#{since} in :#{state} (after), which it does not have; it has " \
          "#{Spelling.list(known)}.#{Spelling.hint(since, known)} Write: has_attribute :#{since}, :datetime"
      end

      private_class_method :strange_sinces, :strange_since

      # @return [Boolean] whether somebody overrides the way in which blocks are run
      def self.interpreted?(klass)
        %i[instance_exec instance_eval].any? { |name| klass.instance_method(name).owner != BasicObject }
      end

      # @param klass [Class]
      # @return [ActiveDataFlow::Native::Plan] unchecked, for reports
      def self.plan_of(klass)
        chart = allocate
        chart.instance_variable_set(:@klass, klass)
        chart.instance_variable_set(:@first_wake, klass.first_wake)
        chart.send(:bare_plan)
      end

      private

      def bare_plan
        ActiveDataFlow::Native::Plan.new(@klass.name || Registry::UNNAMED, @klass.initial_state, states, interactions,
          settings)
      end

      def states
        @klass.state_handlers.map do |name, handler|
          conditions = handler.respond_to?(:condition_count) ? handler.condition_count : 0
          afters = handler.respond_to?(:afters) ? handler.afters : []
          [name, kind(handler), handler.edges, conditions, afters, @klass.lines[name], handler.block_edges(@klass)]
        end
      end

      def kind(handler)
        case handler
        when Handlers::ActionHandler then "action"
        when Handlers::DecisionHandler then "decision"
        when Handlers::WaitHandler then "wait_until"
        else "result"
        end
      end

      def interactions
        @klass.interaction_handlers.map do |name, handler|
          [name, handler.legal_states, *BlockTargets.of(handler.implementation, @klass)]
        end
      end

      def settings
        timeout = @klass.execution_timeout
        delete_after = @klass.deletion_time
        [Duration.us(@klass.background_delay, :delay), timeout && Duration.us(timeout, :timeout),
          !@klass.timeout_given?, delete_after && Duration.us(delete_after, :delete_after), @first_wake == :immediate,
          on_timeout, fixed_waits, retry_on, Duration.words?]
      end

      # Of two rules for the same errors only the newer one is ever asked.
      def fixed_waits = @klass.retry_rules.uniq(&:errors).filter_map(&:fixed_wait)

      def on_timeout
        handler = @klass.timeout_handler
        handler && BlockTargets.of(handler, @klass).to_a
      end

      def retry_on
        blocks = @klass.retry_rules.filter_map(&:exhausted).map { |block| BlockTargets.told_by(block, @klass) }
        [blocks.flat_map(&:targets).uniq, blocks.any?(&:open)] unless blocks.empty?
      end

      # The short way, where the handler says all that there is to know: the block, and where it leads.
      def shorten(stop)
        work, *targets = stop.handler.short_way
        stop.result = stop.handler.instance_of?(Handlers::ResultHandler)
        stop.one_commit = stop.handler.respond_to?(:transaction?) && stop.handler.transaction?
        ends = targets.map { |state| @stops[state] }
        return unless work && ends.all? { |one| one&.immediate && !one.equal?(stop) }

        stop.work = work
        stop.target, stop.yes, stop.no = (ends.size == 1) ? ends : [nil, *ends]
      end

      def stops_by_name
        @klass.state_handlers.each_with_object({}).with_index do |((name, handler), stops), number|
          afters = handler.respond_to?(:afters) ? handler.afters : []
          only = !afters.empty? && handler.condition_count.zero?
          stops[name] = stops[name.to_sym] = Stop.new(name.dup.freeze, handler, handler.immediate?, only, !afters.empty?, number)
        end
      end
    end
  end
end
