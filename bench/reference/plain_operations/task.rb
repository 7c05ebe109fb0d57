# frozen_string_literal: true

module PlainOperations
  # A flowchart that can sleep. Subclasses say what happens in which state; see DSL.
  class Task
    extend DSL

    NO_MODELS = {}.freeze
    private_constant :NO_MODELS

    attr_accessor :id, :status, :current_state, :attributes, :models, :parent_task_id,
      :exception_class, :exception_message, :exception_backtrace,
      :created_at, :updated_at, :wake_at, :timeout_at, :delete_at

    class << self
      # Saved before it runs, so that what its first action starts knows its parent.
      def call(**values)
        task = new(**values)
        PlainOperations.storage.save(task)
        PlainOperations.executor.call(task)
      end
      alias_method :perform_now, :call

      # Due at once: without a wake time nothing would ever find it.
      def later(**values)
        task = new(**values, status: :waiting, wake_at: Time.now.utc)
        PlainOperations.storage.save(task)
        PlainOperations.executor.later(task)
      end
      alias_method :perform_later, :later

      def find(id) = PlainOperations.storage.find(id)

      def restore_from(data) = allocate.load(data)
    end

    def initialize(id: nil, status: :active, current_state: nil, parent_task_id: nil, wake_at: nil, **values)
      now = Time.now.utc
      @id = id
      @type = self.class.name
      @status = status
      @current_state = current_state&.to_s || self.class.initial_state
      @parent_task_id = parent_task_id
      @created_at = @updated_at = now
      @wake_at = wake_at
      @timeout_at = now + self.class.execution_timeout
      @delete_at = now + self.class.deletion_time
      @exception_class = @exception_message = @exception_backtrace = nil
      assign(values)
      validate!
    end

    # The whole task as the storage keeps it.
    def to_h
      {
        id: @id, type: @type, status: @status, current_state: @current_state,
        attributes: @attributes, models: @models.empty? ? NO_MODELS : serialise_models, parent_task_id: @parent_task_id,
        exception_class: @exception_class, exception_message: @exception_message, exception_backtrace: @exception_backtrace,
        created_at: @created_at, updated_at: @updated_at, wake_at: @wake_at, timeout_at: @timeout_at, delete_at: @delete_at
      }
    end

    def load(data)
      @id, @type, @status, @current_state, @attributes, models, @parent_task_id, @exception_class, @exception_message,
        @exception_backtrace, @created_at, @updated_at, @wake_at, @timeout_at, @delete_at = data.values
      @models = models.empty? ? {} : restore_models(models)
      self
    end

    # Handlers run one after the other, each stored before the next, until the task sleeps or ends.
    def execute_state_machine
      previous = nil
      while @status == :active && previous != @current_state
        previous = @current_state
        handler_for(previous).call(self)
        PlainOperations.storage.save(self)
      end
    rescue => error
      record_error!(error)
      raise
    end

    def go_to(state)
      state = state.to_s
      handler = handler_for(state)
      @current_state = state
      if handler.immediate?
        @status = :active
      else
        sleep_until_woken
      end
    end

    def sleep_until_woken
      @status = :waiting
      @wake_at = Time.now.utc + self.class.background_delay
    end

    def wake_up!
      expired? ? time_out : PlainOperations.executor.wake(self)
    end

    def complete
      @status = :completed
    end

    def active? = @status == :active

    def waiting? = @status == :waiting

    def completed? = @status == :completed

    def failed? = @status == :failed

    def in?(state) = @current_state == state.to_s

    def start(task_class, **values) = task_class.later(**values, parent_task_id: @id)

    def sub_tasks = PlainOperations.storage.sub_tasks_of(self)

    private

    def handler_for(state)
      self.class.handler_for(state) or raise InvalidState.new("No handler for state: #{state}", self)
    end

    def assign(values)
      @attributes = self.class.attribute_defaults.dup
      @models = {}
      values.each do |name, value|
        key = name.name
        if @attributes.key?(key)
          @attributes[key] = value
        elsif self.class.model_names.include?(key)
          @models[key] = value
        else
          raise ArgumentError, "#{@type} has no attribute #{key}"
        end
      end
    end

    def validate!
      self.class.required_names.each do |name|
        value = public_send(name)
        raise ValidationError.new("#{name} is required", self) if value.nil? || value == ""
      end
    end

    def expired? = @timeout_at && @timeout_at < Time.now.utc

    def time_out
      handler = self.class.timeout_handler or raise Timeout.new("Timeout expired", self)
      instance_exec(&handler)
      PlainOperations.storage.save(self)
      self
    rescue => error
      record_error!(error)
      raise
    end

    def record_error!(error)
      @status = :failed
      @exception_class = error.class.to_s
      @exception_message = error.message
      @exception_backtrace = error.backtrace&.join("\n")
      PlainOperations.storage.save(self)
    end

    def serialise_models
      @models.transform_values { |model| model && PlainOperations.storage.serialise_model(model) }
    end

    def restore_models(stored)
      stored.transform_values { |reference| reference && PlainOperations.storage.deserialise_model(reference) }
    end
  end
end
