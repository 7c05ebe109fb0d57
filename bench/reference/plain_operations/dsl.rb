# frozen_string_literal: true

module PlainOperations
  # The words of a task class. Times are seconds.
  module DSL
    def starts_with(state)
      @initial_state = state.to_s.freeze
    end

    def action(name, &block) = state_handlers[name.to_s] = @last_action = Handlers::ActionHandler.new(name, &block)

    def decision(name, &block) = state_handlers[name.to_s] = Handlers::DecisionHandler.new(name, &block)

    def wait_until(name, &block) = state_handlers[name.to_s] = Handlers::WaitHandler.new(name, &block)

    def result(name) = state_handlers[name.to_s] = Handlers::ResultHandler.new(name)

    def interaction(name, &block) = Handlers::InteractionHandler.new(name, self, &block)

    def go_to(state)
      raise ArgumentError, "No action handler defined yet" unless @last_action
      @last_action.next_state = state
    end

    def delay(seconds)
      @background_delay = seconds
    end

    def timeout(seconds)
      @execution_timeout = seconds
    end

    def delete_after(seconds)
      @deletion_time = seconds
    end

    def on_timeout(&block)
      @timeout_handler = block
    end

    attr_reader :timeout_handler

    def initial_state = @initial_state || "start"

    def background_delay = @background_delay || 60

    def execution_timeout = @execution_timeout || 86_400

    def deletion_time = @deletion_time || 7_776_000

    def state_handlers = @state_handlers ||= {}

    def handler_for(state) = @state_handlers[state]

    def has_attribute(name, _type = :string, default: nil)
      key = name.to_s.freeze
      attribute_defaults[key] = default
      define_method(name) { @attributes[key] }
      define_method(:"#{name}=") { |value| @attributes[key] = value }
    end

    def has_model(name, _class_name = nil)
      key = name.to_s.freeze
      model_names << key
      define_method(name) { @models[key] }
      define_method(:"#{name}=") { |value| @models[key] = value }
    end

    def validates(*names, presence: false)
      required_names.concat(names) if presence
    end

    def attribute_defaults = @attribute_defaults ||= {}

    def model_names = @model_names ||= []

    def required_names = @required_names ||= []
  end
end
