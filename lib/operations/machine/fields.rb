# frozen_string_literal: true

module Operations
  module Machine
    # The system fields of a task, as people read and set them. Moments are `Time` in UTC here and integer
    # microseconds inside; the core changes them only through the transitions.
    module Fields
      # @return [String, Integer, nil] given by the storage at the first save
      attr_accessor :id
      # @return [String, Integer, nil] the task that started this one
      attr_accessor :parent_task_id
      # @return [String, nil] of the error the task failed with; the backtrace is one line a frame
      attr_accessor :exception_class, :exception_message, :exception_backtrace
      # @return [String]
      attr_reader :current_state
      # @private
      attr_reader :_version, :_moved_us, :_trail, :_plan

      alias_method :parent_id, :parent_task_id
      alias_method :parent_id=, :parent_task_id=

      # @return [Symbol] :active, :waiting, :completed or :failed. A task that declares an attribute `status` has that
      #   one instead; {#task_status} and the predicates stay the machine's.
      def status = @_status

      # @private the machine's, whatever the author declared
      def _status_name = @_status

      # @return [String]
      def task_status = @_status.name

      # @return [String, nil] the name of the class, as it is stored
      def type = self.class.name

      def active? = @_status == :active

      def waiting? = @_status == :waiting

      def completed? = @_status == :completed

      def failed? = @_status == :failed

      # @private
      def _finished? = @_status == :completed || @_status == :failed

      # Sets it by hand. At an end the task gets the moments that the machine would give it (of `completed_at` or
      # `failed_at`, and `delete_at`), unless they were set before; a task that is taken back from its end loses them.
      # @param name [Symbol, String, Integer]
      # @raise [ArgumentError] when it is none of the four
      def status=(name)
        _become(_status_named(name))
      end
      alias_method :task_status=, :status=

      # @param state [Symbol, String]
      # @raise [InvalidState] when the task has no such state
      def current_state=(state)
        _settle
        @_stop = @_stops[state] || _unknown_state(state)
        @current_state = @_stop.name
      end

      # @return [Boolean] whether the task is in that state
      def in?(state) = @current_state == state.to_s
      alias_method :waiting_until?, :in?

      # @return [Time, nil] when a waiting task is looked at next
      def wake_at = Clock.time(_wake_us)

      # @return [Time, nil] when the task times out, unless it changes its state before
      def timeout_at = Clock.time(_timeout_us)

      # @return [Time, nil] from when on a finished task may be deleted
      def delete_at = Clock.time(_settle && @_delete_us)

      # @return [Time]
      def created_at = Clock.time(@_created_us)

      # @return [Time] of the last save
      def updated_at = Clock.time(_settle && @_updated_us)

      # @return [Time, nil]
      def completed_at = Clock.time(@_completed_us)

      # @return [Time, nil]
      def failed_at = Clock.time(@_failed_us)

      # @param time [Time, String, nil] see {Clock.us}; it stays, whatever else is saved with it
      def wake_at=(time)
        _settle
        @_wake_us = Clock.us(time)
        @_wake_given = true
      end

      %i[timeout delete created updated completed failed].each do |moment|
        class_eval <<~RUBY, __FILE__, __LINE__ + 1
          def #{moment}_at=(time)
            _settle
            @_#{moment}_us = Clock.us(time)
          end
        RUBY
      end

      alias_method :wakes_at, :wake_at
      alias_method :wakes_at=, :wake_at=
      alias_method :expires_at, :timeout_at
      alias_method :expires_at=, :timeout_at=

      # @return [Operations::Task, nil] the task that started this one
      def parent = @parent_task_id && Operations.storage.find(@parent_task_id)

      # @param task [Operations::Task, nil] stored already
      def parent=(task)
        @parent_task_id = task&.id
      end

      # @return [Array<History::Entry>] the states the task has been in, oldest first
      def history
        _settle
        History.entries(_trail_now, @_completed_us || @_failed_us)
      end

      # @return [Array<Participant::Entry>] the models in the attributes that the class indexes
      def participants
        self.class.indexed_attributes.flat_map do |name|
          Array(public_send(name)).uniq.map { |model| Participant::Entry.new(self, model, name.to_s) }
        end
      end

      # @private A module may bring another instance_exec.
      def extend(*)
        super.tap do
          @_interpreted ||= Chart.interpreted?(singleton_class)
          @_plain &&= !Burst.hooked?(singleton_class)
        end
      end

      # @private whether blocks must go through instance_exec and instance_eval, because somebody overrides them
      def _interpreted? = @_interpreted

      private

      # The first thing that happens to a task. What a run works with is set in one order, so that new, found and running
      # tasks have one shape, which Ruby's caches of instance variables go by.
      def _use_chart(chart)
        @id = @_version = @_saved_in = @_stop = @_status = @current_state = @_from = @_lag = @_moved_us = @_run = nil
        @_started = @_mover = @pending_models = @_changed_attributes = @_unsaved = @_shared_attributes = nil
        @_running = @_runner = @_entered_us = @_updated_us = @_completed_us = @_steps = @_trail = @parent_task_id = @_written = nil
        @_stops = chart.stops
        @_plan = chart.plan
        @_interpreted = chart.interpreted
        @_plain = chart.plain
      end

      # A double or an override on this one object.
      def singleton_method_added(name)
        super
        @_interpreted = true if name == :instance_exec || name == :instance_eval
        @_plain = false if HOOKS.key?(name)
      end

      def _wake_us = _settle && @_wake_us

      def _timeout_us = _settle && @_timeout_us

      def _become(status, at_us = nil)
        _settle
        return if status == @_status

        _take_back if _finished?
        return _end_as(status, at_us) if status == :completed || status == :failed

        @_status = status
        @_wake_us = nil unless status == :waiting
      end

      # As {Running#retry!} does.
      def _take_back
        life = _life
        life[0] = CODES[:failed]
        life[6] = nil
        self._life = @_plan.revive(life, Clock.now_us)
        @exception_class = @exception_message = @exception_backtrace = nil
        _note_retry
      end

      def _end_as(status, at_us)
        completed = status == :completed
        delete_us = @_delete_us
        at_us ||= (completed ? @_completed_us : @_failed_us) || Clock.now_us
        life = _life
        life[6] = life[7] = nil
        self._life = completed ? @_plan.complete(life, at_us) : @_plan.fail(life, at_us)
        @_delete_us = delete_us if delete_us
        _ended(completed ? History::COMPLETED : History::FAILED)
      end

      def _status_named(name)
        return STATUSES.fetch(name) { _bad_status(name) } if name.is_a?(Integer)

        symbol = name.respond_to?(:to_sym) ? name.to_sym : name
        CODES.key?(symbol) ? symbol : _bad_status(name)
      end

      def _bad_status(name)
        raise ArgumentError, "a task is #{CODES.keys.join(", ")}, not #{name.inspect}"
      end

      def _unknown_state(state)
        raise InvalidState.new("No handler for state: #{state}. #{self.class.name || Registry::UNNAMED} has " \
          "#{@_plan.states.map { |name| ":#{name}" }.join(", ")}; check its go_to lines.", self)
      end
    end
  end
end
