# frozen_string_literal: true

module Operations
  module Handlers
    # A block of the author's, run with the task as self.
    #
    # A block that belongs to a task class is compiled to a private method of that class: calling a method costs a
    # quarter of `instance_exec` under YJIT, and in a method `return` is legal. Every other receiver (a double, another
    # class, a task that overrides `instance_exec`) gets `instance_exec` or `instance_eval` through Ruby dispatch; so
    # does a block that names parameters which nobody fills.
    class Compiled
      # @return [Proc] as the author wrote it
      attr_reader :block

      # @return [Symbol, nil] the private method it was compiled to
      attr_reader :name

      # @param block [Proc]
      # @param via [Symbol] :instance_exec or :instance_eval, for receivers without the compiled method
      def initialize(block, via = :instance_exec)
        @block = block
        @via = via
      end

      # @param klass [Class] the task class that declared the block
      # @param name [Symbol] of the private method to be
      def compile(klass, name)
        return unless callable_alone?

        define(klass, name)
      end

      # The same for a block that is called with arguments: as a method it is strict about them.
      # (see #compile)
      def compile_with_arguments(klass, name)
        define(klass, name) unless @block.lambda?
      end

      # @return [Boolean] whether this receiver gets the compiled method
      def compiled_for?(task) = @owner ? @owner === task && !task._interpreted? : false

      # @param task [Object] receives the block
      # @return [Object] what the block returned
      def call(task)
        return task.__send__(@name) if compiled_for?(task)
        return task.instance_exec(&@block) if @via == :instance_exec

        task.instance_eval(&@block)
      end

      # @param task [Object] for which it is compiled
      # @return [Object] what the block returned
      def call_with(task, args, keywords, block) = task.__send__(@name, *args, **keywords, &block)

      private

      # `instance_eval` hands the task on to whoever names it, `instance_exec` nothing.
      def callable_alone?
        return false if @block.lambda?
        return @block.parameters.empty? if @via == :instance_eval

        @block.parameters(lambda: true).none? { |kind, _name| kind == :req || kind == :keyreq }
      end

      def define(klass, name)
        klass.define_method(name, &@block)
        klass.send(:private, name)
        @owner = klass
        @name = name
      end
    end
  end
end
