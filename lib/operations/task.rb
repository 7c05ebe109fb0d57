# frozen_string_literal: true

require_relative "option_names"
require_relative "machine"
require_relative "machine/attributes"
require_relative "machine/models"
require_relative "machine/validations"
require_relative "machine/retry_rule"
require_relative "machine/dsl"
require_relative "machine/options"
require_relative "machine/fields"
require_relative "machine/transitions"
require_relative "machine/time_words"
require_relative "machine/under_way"
require_relative "machine/one_commit"
require_relative "machine/telling"
require_relative "machine/running"
require_relative "machine/exits"
require_relative "machine/failing"
require_relative "machine/wakes"
require_relative "machine/interactions"
require_relative "machine/children"
require_relative "machine/flows"
require_relative "machine/serialisation"
require_relative "machine/copies"
require_relative "machine/persistence"
require_relative "machine/burst"
require_relative "machine/block_targets"
require_relative "machine/unknown_names"
require_relative "machine/chart"
require_relative "machine/drawing"
require_relative "machine/testing"

module Operations
  # A durable flowchart. What people write is the class; what is stored of a task survives the process.
  #
  #   class Greeting < Operations::Task
  #     has_attribute :name
  #     validates :name, presence: true
  #     starts_with :polite?
  #
  #     decision :polite? do
  #       condition { name.start_with?("Dear") }
  #       if_true :answer
  #       if_false :ignore
  #     end
  #     action(:answer) { puts "Good day, #{name}" }.then(:done)
  #     result :done
  #     result :ignore
  #   end
  #   Greeting.call(name: "Dear Ada")
  #
  # One task object belongs to one thread at a time; the storage keeps copies of one task from overwriting each other.
  class Task
    include Machine::Attributes
    include Machine::Models
    include Machine::Validations
    extend Machine::DSL
    extend Machine::Options
    include Machine::Fields
    include Machine::Transitions
    include Machine::TimeWords
    include Machine::Telling
    include Machine::Running
    include Machine::OneCommit
    include Machine::Exits
    include Machine::Failing
    include Machine::Wakes
    include Machine::Interactions
    include Machine::Children
    include Machine::Flows
    include Machine::Serialisation
    extend Machine::SerialisationOfClass
    include Machine::Copies
    include Machine::Persistence
    include Machine::Burst
    include Machine::Drawing
    extend Machine::DrawingOfClass
    extend Machine::Testing

    class << self
      # Stores a task and runs it until it sleeps, is completed or fails.
      # @param attributes [Hash] attributes and models of the class; also the system fields of {#initialize}
      # @return [Operations::Task] itself, or the unfinished one with the same `unique_by`
      # @raise [ValidationError] before anything is stored
      # @raise whatever a handler raised, after it was recorded
      def call(**attributes)
        task = new(**attributes)._set_up
        found = task._insert
        return found unless found.equal?(task)

        Operations.executor.call(task)
        task
      end
      alias_method :perform_now, :call

      # Stores a task that is due now and hands it to the executor.
      # @return [Operations::Task] waiting in its first state, or the unfinished one with the same `unique_by`
      # @raise [ValidationError] before anything is stored
      # @raise [Error] of a class without a name: a stored task is found by it, so nobody could wake it
      def later(**attributes)
        refuse_nameless
        task = new(**attributes, task_status: :waiting)._set_up
        found = task._insert
        Operations.executor.later(task) if found.equal?(task)
        found
      end
      alias_method :perform_later, :later

      # @param id [String, Integer] as the storage gave it
      # @return [Operations::Task, nil] nil when there is none, or it is of a class that is not below this one
      # @raise [Error] for a stored class name that is not a registered task class
      def find(id)
        task = Operations.storage.find(id)
        task if task.is_a?(self)
      end

      # @return [Array<Operations::Task>] every stored task of this class and those below it
      def all = Operations.storage.all(self)

      # Wakes every task of this class that is due. One task's error does not stop the others: it is recorded there. An
      # executor with queues gets a job for each, except those it got one for lately ({Operations.sweep}).
      # @return [Integer] how many were due
      def wake_sleeping
        return Sweep.wake(self).first if Sweep.possible?

        Operations.storage.sleeping_tasks(self).each { |task| task._wake_quietly }.size
      end

      # Deletes the finished tasks of this class whose `delete_at` has passed; an executor with queues does so in a job.
      # @return [Integer, nil] how many; nil where a job is going to
      def delete_old
        executor = Operations.executor
        return executor.delete_old(self) if executor.respond_to?(:delete_old)

        Operations.storage.delete_old(self, before: Clock.time(Clock.now_us))
      end

      # @private
      def refuse_nameless
        return if name

        raise Error, "a task of a class without a name cannot be read back, so nobody could wake it. Give its class a constant, " \
          "or run it here and now with call"
      end

      private

      def inherited(subclass)
        super
        subclass.copy_tables_of(self)
      end
    end

    # @param given [Hash] attributes and models; beside them the system fields id:, status: (or task_status:),
    #   current_state:, wake_at:, timeout_at:, delete_at:, parent: or parent_task_id:, created_at:, updated_at:
    # @raise [ArgumentError] for a keyword that is neither
    # @raise [ValidationError] when what was given is not valid
    # @raise [InvalidPlan] when the class's flowchart cannot work
    def initialize(**given)
      _use_chart(self.class.chart)
      system = _take_system_fields(given)
      @_trail = []
      _start_life(system)
      _note_step
      initialize_attributes(given)
      validate!
    end

    # Runs the task where it stands, as `MyTask.call` does for a new one. In one of its own blocks it does nothing, as
    # {Machine::Wakes#wake_up!}: the task is being run.
    # @return [self]
    # @raise [Busy] in its handler, on another object of it
    def call(immediate: false)
      return wake_up! if (waiting? && immediate) || _unborn?
      return self if @_running

      _refuse_another
      _refuse_stranger
      Operations.executor.call(_set_up)
      self
    end
    alias_method :perform_now, :call

    # @private
    # @return [self]
    # @raise [Error] when an `initialize` of the author's keeps the one above from being called
    def _set_up
      return self if @_plan

      owner = self.class.instance_method(:initialize).owner
      raise Error.new("#{owner}#initialize does not call super, so the task was never set up. Write: " \
        "def initialize(**) = super, with what you add behind it; or leave it out: a default: makes an attribute's first value", self)
    end

    # Two copies of one stored task are equal.
    def ==(other) = equal?(other) || (other.instance_of?(self.class) && !@id.nil? && @id == other.id)
    alias_method :eql?, :==

    def hash = @id ? [self.class, @id].hash : super

    def to_s = "#{self.class.name || "Task"}(#{@id || "not stored"})"

    def inspect = "#<#{self.class.name || "Operations::Task"} id=#{@id.inspect} status=#{@_status} state=#{@current_state.inspect}>"
  end
end
