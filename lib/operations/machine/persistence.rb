# frozen_string_literal: true

module Operations
  module Machine
    # Creating, saving and reading again.
    module Persistence
      # Checks and stores the task. In an interaction it only checks: what an interaction does is stored in one write,
      # when its block has ended. So does a sub-task in the handler that started it: it is stored with that; and so does
      # a task in `MyTask.test`, which stores nothing.
      # @return [true]
      # @raise [ValidationError]
      # @raise [Busy] when the stored task was changed since this copy was read, or this copy of it was not read at all
      def save!
        _set_up.validate!
        _save_now unless @_running == :interaction || @_running == :test || @_destroyed || _unborn?
        true
      end

      # @return [Boolean] false when it is not valid; then {#errors} says why, and nothing is stored
      def save = _set_up.valid? && save!

      # Assigns, checks and stores.
      # @param fields [Hash] attributes, models and system fields
      # @return [Boolean] false when it is not valid
      def update(**fields)
        return _finish(fields) if _finishing?(fields)

        _assign_fields(fields)
        save
      end

      # (see #update)
      # @raise [ValidationError]
      def update!(**fields)
        return _finish(fields) if _finishing?(fields)

        _assign_fields(fields)
        save!
      end

      # Takes over what is stored, dropping what was not saved.
      # @return [self]
      # @raise [Error] when it is no longer stored
      def reload
        stored = @id && Operations.storage.find(@id)
        raise _not_stored("reloaded") unless stored

        _adopt(stored, {})
      end

      # Deletes what is stored. In the task's own handler that is the end of the run: the block goes on to its end, but
      # nothing more is stored, and no sub-task it started. In an interaction it is done when the block has ended.
      # @return [self]
      def destroy
        return self if _unborn? && @_starter._drop_started(self)
        return _destroy_here if _running_here?

        _delete
      end

      # @return [Boolean] whether this task came from the storage in use, or went there
      def stored? = !@id.nil? && Operations.storage.equal?(@_saved_in)
      alias_method :persisted?, :stored?

      # @private
      # @return [Operations::Task] itself, or the unfinished one with the same `unique_by`
      def _insert = Operations.storage.insert(self)

      # @private What a storage says after it has written or read the task.
      def stored_as(storage, version)
        @_saved_in = storage
        @_version = version
        @_deleted = false if @_deleted
        @_moved_us = nil
        @_wake_given = nil if @_wake_given
        data_saved!
        self
      end

      # @private What the storage wants to know again when it writes this copy the next time.
      # @return [Object, nil]
      attr_accessor :_written

      # @private What a storage says after a claim: what was assigned on this copy is still to be saved.
      def claimed_as(storage, version)
        @_saved_in = storage
        @_version = version
      end

      # Stores a move inside a burst: the storage applies the core's transition in the call that also stores it.
      # @private
      # @return [Integer, nil] nil when there is more to store than that
      def _store_move(storage, native)
        return unless @_moved_us && storage.equal?(@_saved_in) && @_mover.nil? && @pending_models.nil?

        changed = _data_changed?
        native.move(@id, @_version, @_plan, @current_state, @_moved_us, changed ? serialised_attributes : nil) || raise(_fenced)
        @_version += 1
        data_saved! if changed
        _note_step
        @_steps += 1
        @_updated_us = @_moved_us
        @_moved_us = nil
        @_version
      end

      # @private Whether its handler has brought the task from one immediate state to another, and no more.
      def _stepping? = @_running && @_lag && !@_moved_us.nil? && @_completed_us.nil? && @_run.nil?

      # @private The state, when it was entered (in microseconds), the number of steps with this one, and the history.
      def _step_at_hand = [@current_state, @_updated_us = @_moved_us, @_steps + 1, _trail_now]

      # @private What the storage says when the step is stored.
      def _stepped
        @_steps += 1
        @_attempts = 0
      end

      # @private nil when this copy did not come from that storage.
      def version_in(storage) = (@_version if storage.equal?(@_saved_in))

      # @private
      def _touch(now_us)
        _settle
        @_updated_us = now_us
      end

      # Takes over another copy; what was assigned here and not saved stays assigned.
      # @private
      def _adopt(other, kept = unsaved_data)
        other._life # worked out
        STATE.each { |name| instance_variable_set(name, other.instance_variable_get(name)) }
        @_trail = @_trail.dup
        @_deleted = false if @_deleted
        @_run&.take_passed # by the other copy, or never: a run that goes on begins to note anew
        restore_data(_copy(other.serialised_attributes), other.serialised_models)
        assign_attributes(kept) unless kept.empty?
        self
      end

      private

      def _delete
        deleted = @id && Operations.storage.delete(@id)
        @_deleted = true if deleted
        @_version = @_saved_in = nil
        _signal_parent if deleted
        self
      end

      def _destroy_here
        @_destroyed = true
        @_mover = "destroyed" # a burst leaves its short way
        @_started = nil
        (@_running == :interaction) ? self : _delete
      end

      # What was destroyed while it ran is a task like any other that is not stored.
      def _forget
        @_destroyed = @_mover = nil
      end

      # A `dup` shares nothing with the task it was made of.
      def initialize_copy(other)
        super
        @_run = nil
        _adopt(other, other.unsaved_data)
      end

      def _finishing?(fields)
        wanted = fields[:task_status]
        (wanted == "completed" || wanted == :completed) && (fields.keys - %i[task_status completed_at]).empty?
      end

      def _finish(fields)
        complete(Clock.us(fields[:completed_at]) || Clock.now_us)
        _store_step unless @_running
        true
      end

      # Sub-tasks that were started before the first save go with it, and the parent of a task that was set to an end hears
      # of it.
      def _save_now
        _follow_since if @_status == :waiting && @_stop&.afters && stored?
        ((@_started || _finished?) && !@_running) ? _store_step : Operations.storage.save(self)
      end

      def _assign_fields(fields)
        own, given = fields.partition { |name, _value| _system_field?(name) }.map(&:to_h)
        _refuse_identity(own)
        _assign_status(own)
        own.each { |name, value| public_send(:"#{name}=", value) }
        assign_attributes(given)
      end

      # First, since the moments that come with it are those of the end.
      def _assign_status(own)
        %i[status task_status].each do |name|
          next unless own.key?(name)

          status = _status_named(own.delete(name))
          _become(status, Clock.us(own[:"#{status}_at"]))
        end
      end

      def _system_field?(name)
        SYSTEM.include?(name.to_sym) && !(name.to_sym == :status && self.class.attribute_definitions.key?("status"))
      end

      def _take_system_fields(given)
        return NOTHING unless given.any? { |name, _value| _system_field?(name) }

        own = given.select { |name, _value| _system_field?(name) }
        own.each_key { |name| given.delete(name) }
        given.merge!(own.delete(:attributes).to_h.transform_keys(&:to_sym)) { |_name, wanted, _other| wanted } if own[:attributes]
        given.merge!(own.delete(:models).to_h.transform_keys(&:to_sym)) { |_name, wanted, _other| wanted } if own[:models]
        own
      end

      def _start_life(system)
        now = Clock.now_us
        return self._life = @_plan.create(now, false) if system.empty?

        status = _status_named(system.delete(:task_status) || system.delete(:status) || :active)
        state = system.delete(:current_state)
        return self._life = @_plan.create(now, status == :waiting) if system.empty? && state.nil? && !%i[completed failed].include?(status)

        _start_in(state || self.class.initial_state, status, now)
        system.except(:type).each { |name, value| public_send(:"#{name}=", value) }
      end

      def _start_in(state, status, now)
        _check_state(state)
        self._life = @_plan.create_in(state.to_s, now)
        case status
        when :waiting then self._life = @_plan.sleep(_life, now, now)
        when :completed then complete(now)
        when :failed then self._life = @_plan.fail(_life, now)
        end
      end

      def _check_state(state)
        return if @_stops.key?(state)

        errors.add(:current_state, "is invalid: there is no state :#{state}; there are #{@_plan.states.map { |name| ":#{name}" }.join(", ")}")
        raise _refusal
      end
    end
  end
end
