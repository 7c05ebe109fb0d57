# frozen_string_literal: true

module Operations
  module Handlers
    # What a person (or another program) may do to a task: a method of the task class.
    class InteractionHandler
      # @return [Symbol] of the method
      attr_reader :name
      # @return [Array<String>] states in which it may be called; empty: in any
      attr_reader :legal_states
      # @return [Proc] as the author wrote it
      attr_reader :implementation

      # @param name [Symbol, String]
      # @param klass [Class] gets the method at once
      # @yield runs with the object as self, with the arguments of the call
      def initialize(name, klass, &implementation)
        @name = name.to_sym
        @implementation = implementation
        @legal_states = []
        @work = Compiled.new(implementation)
        @signature = Signature.new(implementation)
        define_on(klass)
      end

      # @param states [Array<Symbol, String>] replaces those given before
      # @return [Array<String>]
      def when(*states)
        @legal_states = states.flatten.map { |state| state.to_s.freeze }.freeze
      end

      def immediate? = true

      # @param task [Object] a task, or anything with `current_state` and `wake_up!`
      # @raise [ArgumentError] for arguments that the block does not take, before anything is claimed or changed
      # @raise [InvalidState] when the interaction is not legal now
      def call(task, *args, **keywords, &block)
        if task.is_a?(Task)
          check_arguments(task, args, keywords)
          return task._serve(self, args, keywords, block)
        end

        perform(task, args, keywords, block)
        task.wake_up!
      end

      # @private A subclass has its own copy, whose `when` is its own.
      def handler_in(klass) = (klass <= Task) ? klass.interaction_handler_for(@name) : self

      # @private Checks, then runs the block.
      def perform(task, args, keywords, block)
        check(task)
        Operations.logger.debug { "#{task} #{@name} is called in #{task.current_state}" }
        return @work.call_with(task, args, keywords, block) if @work.compiled_for?(task)
        return task.instance_exec(*args, **keywords, &@implementation) unless block

        perform_with(block, task, args, keywords)
      end

      # @private
      def legal_in?(state) = @legal_states.empty? || @legal_states.include?(state.to_s)

      # @private
      def check(task)
        return if legal_in?(task.current_state)

        raise InvalidState.new("#{task.class}##{@name} cannot be called in #{task.current_state}; " \
          "it can in #{@legal_states.join(", ")}", (task if task.is_a?(Task)))
      end

      private

      def define_on(klass)
        handler = self
        klass.define_method(@name) do |*args, **keywords, &block|
          handler.handler_in(self.class).call(self, *args, **keywords, &block)
        end
        @work.compile_with_arguments(klass, :"__interaction_#{@name}") if klass <= Task
      end

      def check_arguments(task, args, keywords)
        return unless @work.compiled_for?(task)

        wrong = @signature.refusal(args, keywords)
        return unless wrong

        raise ArgumentError, "#{task.class}##{@name}: #{wrong}. It takes #{@signature}"
      end

      # instance_exec cannot hand a block on, a method can.
      def perform_with(block, task, args, keywords)
        name = :"__interaction_#{@name}"
        task.singleton_class.define_method(name, &@implementation)
        task.__send__(name, *args, **keywords, &block)
      ensure
        task.singleton_class.remove_method(name) if task.singleton_class.method_defined?(name, false)
      end
    end
  end
end
