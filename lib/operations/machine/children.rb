# frozen_string_literal: true

module Operations
  module Machine
    # Sub-tasks: starting them, and looking at them.
    module Children
      # Starts a sub-task, or a flow. Inside a handler it is stored in the commit of the handler's transition, so a handler that
      # is repeated after a crash finds the sub-task it had started; outside of one it is stored at once.
      # Until it is stored, `save!`, `update` and interactions change the copy that will be; `wake_up!` is done
      # right after that commit.
      # A flow's run is the task's own, whatever others have begun; its end makes the waiting task due. It is carried over by a
      # job, or, where there is no queue, right after that commit by who runs the task.
      # @param task_class [Class] a subclass of {Operations::Task} or of {ActiveDataFlow::Base}
      # @param attributes [Hash] as for `task_class.later`, or the arguments of the flow
      # @return [Operations::Task, ActiveDataFlow::Run] a task waits, and is due at once; inside a handler it has its `id` at once,
      #   unless its class is `unique_by` something. A run has its id when it is stored
      # @raise [ValidationError]
      def start(task_class, **attributes)
        return _start_flow(task_class, attributes) if _flow?(task_class)

        unless task_class.is_a?(Class) && task_class <= Task
          raise ArgumentError, "start takes a subclass of Operations::Task or of ActiveDataFlow::Base, not #{task_class.inspect}"
        end
        task_class.refuse_nameless
        raise _unborn if _unborn?
        return task_class.later(parent_task_id: @id, **attributes) if stored? && !_running_here?

        _start_in_handler(task_class.new(task_status: :waiting, parent_task_id: @id, **attributes)._set_up)
      end

      # @return [SubTasks] all that this task has started, in that order
      def sub_tasks = SubTasks.new(self)

      # @return [SubTasks] those whose status is active: being run right now
      def active_sub_tasks = SubTasks.new(self, %i[active])

      # @return [SubTasks] those that are active or waiting
      def unfinished_sub_tasks = SubTasks.new(self, %i[active waiting])

      # @return [SubTasks]
      def completed_sub_tasks = SubTasks.new(self, %i[completed])

      # @return [SubTasks]
      def failed_sub_tasks = SubTasks.new(self, %i[failed])

      # @private started by the handler that runs now, and not stored yet
      def _started_tasks = @_started ? @_started.grep(Task) : []

      # @private
      # @return [Boolean] whether it is stored with the step of its parent that runs now, and not before
      def _unborn? = !@_starter.nil? && @_starter._started_tasks.any? { |child| child.equal?(self) }

      # @private Started, by this task.
      def _started_by(parent)
        @_starter = parent
      end

      # @private What is stored of it waits, whatever was done with the copy: who else would run it?
      def _about_to_be_stored = active? && _interrupted!

      # @private
      # @return [Boolean] whether somebody said wake_up!; afterwards it counts as not said
      def _wake_wanted!
        wanted = @_wake_wanted
        @_starter = @_wake_wanted = nil
        wanted == true
      end

      # @private It is not to be started after all.
      def _drop_started(child) = @_started.delete_if { |one| one.equal?(child) }

      # @private steps/ordinal: the same for the same call of a repeated handler
      attr_accessor :start_key

      private

      def _start_in_handler(child)
        @_started ||= []
        # One with `unique_by` may turn out to be there already: its id is known when it is stored.
        child.id ||= Operations.storage.new_id unless child.class.unique_names
        child.start_key = _start_key if _repeatable?
        child._started_by(self)
        @_started << child
        child
      end

      def _unborn
        Error.new("#{self} is stored with the step of the task that started it, so it has no sub-tasks before. " \
          "Start them in a handler of its own.", self)
      end

      # An interaction, on_timeout or the block of retry_on is never repeated, so each of its calls starts sub-tasks of
      # its own.
      def _repeatable? = @_running && @_running != :interaction && @_mover != "timeout" && @_last_word.nil?

      def _start_key
        _settle
        "#{@_steps}/#{(@_started || []).size}"
      end
    end
  end
end
