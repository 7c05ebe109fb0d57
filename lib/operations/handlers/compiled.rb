# frozen_string_literal: true

module Operations
  module Handlers
    # A block of the author's, run with the task as self.
    #
    # A block without parameters that belongs to a task class is compiled to a private method of that class: calling a
    # method costs a quarter of `instance_exec` under YJIT. Every other receiver (a double, another class, a task
    # that overrides `instance_exec`) gets `instance_exec` or `instance_eval` through Ruby dispatch.
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
        return unless @block.parameters.empty? && !@block.lambda?

        klass.define_method(name, &@block)
        klass.send(:private, name)
        @owner = klass
        @name = name
      end

      # @param task [Object] receives the block
      # @return [Object] what the block returned
      def call(task)
        return task.__send__(@name) if @owner && @owner === task && !task._interpreted?
        return task.instance_exec(&@block) if @via == :instance_exec

        task.instance_eval(&@block)
      end
    end
  end
end
