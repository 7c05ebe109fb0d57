# frozen_string_literal: true

module Operations
  module Machine
    # The words that draw the flowchart. They only remember what the author declared; {Chart} makes it ready to run.
    module DSL
      # The state a task starts in; default "start".
      def starts_with(state)
        declaring(:starts_with)
        @initial_state = state.to_s
      end

      # @return [String]
      def initial_state = @initial_state || "start"

      # A state that does something and goes on to the state in `.then(:state)` or in the `go_to :state` line below it.
      # @param transaction [Boolean] handler, sub-tasks and transition commit together; needs a storage with transactions
      # @return [Handlers::ActionHandler]
      def action(name, transaction: false, **others, &block)
        OptionNames.check("#{attribute_label}: action", others.keys, %i[transaction])
        raise ArgumentError, "action :#{name} needs a block, e.g. action(:#{name}) { ... }" unless block

        @last_action = add_state(name, Handlers::ActionHandler.new(name, transaction:, &block))
      end

      # Where the action declared last goes; inside a handler, `go_to` is the task's own method.
      # @raise [ArgumentError] when no action was declared yet
      def go_to(state)
        declaring(:go_to)
        last = @last_action || state_handlers.values.reverse.find { |handler| handler.is_a?(Handlers::ActionHandler) }
        raise ArgumentError, "No action handler defined yet" unless last

        last.next_state = state.to_sym
      end

      # A state that chooses where to go.
      # @return [Handlers::DecisionHandler]
      def decision(name, &config) = add_state(name, Handlers::DecisionHandler.new(name, &config))

      # A state that sleeps until a condition holds, a time has passed, or an interaction moves the task.
      # @return [Handlers::WaitHandler]
      def wait_until(name, &config) = add_state(name, Handlers::WaitHandler.new(name, &config))

      # A state in which the task is completed.
      # @return [Handlers::ResultHandler]
      def result(name) = add_state(name, Handlers::ResultHandler.new(name))

      # Defines a method that people call on the stored task; `.when(:state)` says in which states they may.
      # @return [Handlers::InteractionHandler]
      def interaction(name, &block)
        declaring(:interaction)
        raise ArgumentError, "interaction :#{name} needs a block, e.g. interaction(:#{name}) { |who| ... }" unless block

        where = caller_locations(1, 1).first
        refuse_own_method(name)
        refuse_second("interaction", name, where)
        refuse_namesake(name, :interaction, where)
        interaction_handlers[name.to_s] = Handlers::InteractionHandler.new(name, self, &block)
      end

      # @return [Hash{String=>Object}] state => handler, in the order declared
      def state_handlers = @state_handlers ||= {}

      # @return [Object, nil]
      def handler_for(state) = state_handlers[state.to_s]

      # @return [Hash{String=>Handlers::InteractionHandler}]
      def interaction_handlers = @interaction_handlers ||= {}

      # @return [Handlers::InteractionHandler, nil]
      def interaction_handler_for(name) = interaction_handlers[name.to_s]

      # The checked flowchart; made, and the declarations closed, at the first use.
      # @return [Chart]
      # @raise [InvalidPlan]
      def chart
        made = @chart
        return made if made && made.first_wake == first_wake

        raise Error, "#{name} is abstract; run one of its subclasses" if abstract_class?

        refuse_transactions
        @chart = Chart.new(self).tap { freeze_attribute_tables }
      end

      # @return [ActiveDataFlow::Native::Plan] the flowchart with its `errors` and `warnings`, unchecked
      def plan = Chart.plan_of(self)

      # @private A module, or a method, that comes when the class was used already is seen by the tasks made after it.
      def include(*) = super.tap { reconsider_overrides }

      # @private
      def prepend(*) = super.tap { reconsider_overrides }

      # @private
      def method_added(name)
        super
        reconsider_overrides if HOOKS.key?(name)
      end

      # @private
      def reconsider_overrides
        @chart&.reconsider
        subclasses.each(&:reconsider_overrides)
      end

      # @private line of each state, for messages
      def lines = @lines ||= {}

      # @private
      def copy_tables_of(parent)
        copy_attribute_tables(parent)
        copy_validation_tables(parent)
        copy_options_of(parent)
        @initial_state = parent.instance_variable_get(:@initial_state)
        @state_handlers = parent.state_handlers.transform_values(&:dup)
        @interaction_handlers = parent.interaction_handlers.transform_values(&:dup)
        @lines = parent.lines.dup
        @field_and_interaction_places = parent.instance_variable_get(:@field_and_interaction_places)&.transform_values(&:dup)
      end

      # @private
      def declaring(word)
        return unless @chart

        raise Error, "#{name || "An anonymous task"} has run already, so #{word} comes too late: " \
          "declare the whole task in its class body, before its first use"
      end

      private

      def add_state(name, handler)
        declaring(:"state :#{name}")
        refuse_mistake(name, handler)
        where = caller_locations(2, 1).first
        refuse_second("state", name, where)
        lines[name.to_s] = place(where) if where
        handler.compile(self)
        state_handlers[name.to_s] = handler
      end

      def refuse_mistake(name, handler)
        mistake = handler.mistake if handler.respond_to?(:mistake)
        raise ArgumentError, "#{self.name || Registry::UNNAMED}, :#{name}: #{mistake}" if mistake
      end

      # A subclass may replace what it inherits, another file what this one says, and a file may be loaded again; two
      # lines of one file are a mistake. A console ("(irb)") is no file.
      def refuse_second(kind, name, where)
        own = (@own_places ||= {})
        key = "#{kind} :#{name}"
        first, own[key] = own[key], where
        return if first.nil? || where.nil? || first.path != where.path || first.lineno == where.lineno || where.path.start_with?("(")

        own[key] = first
        raise ArgumentError, "#{self.name || Registry::UNNAMED} has #{key} twice, in #{place(first)} and in #{place(where)}: " \
          "the second would hide the first. Remove one, or give it another name"
      end

      # Called by has_attribute, has_model and has_models.
      def field_declared(name, where) = refuse_namesake(name, :field, where)

      # The readers of attributes and models stand in a module, so an interaction of the same name would hide them.
      def refuse_namesake(name, kind, where)
        places = (@field_and_interaction_places ||= {field: {}, interaction: {}})
        places[kind][name.to_s] = where
        field, interaction = places.values.map { |each| each[name.to_s] }
        return unless field && interaction

        places[kind].delete(name.to_s)
        raise ArgumentError, "#{self.name || Registry::UNNAMED} has :#{name} as an attribute or model in #{place(field)} and as an " \
          "interaction in #{place(interaction)}; one hides the other. Write: interaction(:#{name}!) { ... }"
      end

      def place(location) = "#{File.basename(location.path)}:#{location.lineno}"

      def refuse_own_method(name)
        return unless Task.method_defined?(name) || Task.private_method_defined?(name)

        owner = Task.instance_method(name).owner
        return if owner == Kernel || owner == Object

        raise ArgumentError, "#{self.name}: interaction :#{name} would replace Operations::Task##{name}, which the task " \
          "needs itself. Give it another name, e.g. :#{name.to_s.delete_suffix("!").delete_suffix("?")}_by_hand!"
      end

      def refuse_transactions
        return if Operations.storage.transactions?

        state, = state_handlers.find { |_name, handler| handler.respond_to?(:transaction?) && handler.transaction? }
        return unless state

        raise InvalidPlan, "#{name} wants action :#{state} in one transaction, which #{Operations.storage.class} cannot do. " \
          "Use a storage on a database, or leave out transaction: true"
      end
    end
  end
end
