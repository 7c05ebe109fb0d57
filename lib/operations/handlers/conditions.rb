# frozen_string_literal: true

module Operations
  module Handlers
    # The words `condition` and `go_to` of a decision or a wait: the n-th condition leads to the n-th destination.
    module Conditions
      # @return [Hash{Integer=>String, Symbol}] position => label, for those that have one
      attr_reader :condition_labels
      # @return [Symbol] the state
      attr_reader :name

      # @param options [Hash] :label, shown in logs and drawings
      # @yield runs with the task as self; a true value means that it holds
      def condition(options = {}, &block)
        raise ArgumentError, "condition in :#{@name} needs a block, e.g. condition { paid? }" unless block

        unknown = options.keys - [:label]
        raise ArgumentError, "condition takes label:, not #{unknown.join(", ")}" unless unknown.empty?

        @condition_labels[@conditions.size] = options[:label] if options[:label]
        @tests << Compiled.new(block, :instance_eval)
        @conditions << block
      end

      # @param destination [Symbol, String] where the condition above leads
      def go_to(destination)
        @stray ||= destination if @destinations.size >= @conditions.size
        @destinations << destination
      end

      # @private What a task class refuses when it is declared; a handler made by hand is taken as it is.
      # @return [String, nil]
      def mistake
        return unless @stray

        "go_to :#{@stray} has no #{tested} of its own above it, and each go_to says where the one above it leads. " \
          "Write: condition { ... } above go_to :#{@stray}, or remove it"
      end

      # @private
      def compile(klass)
        @tests.each_with_index do |test, index|
          test.compile(klass, :"__condition_#{@name}_#{index}") if test.is_a?(Compiled)
        end
      end

      # @private
      def edges
        @conditions.each_index.filter_map do |index|
          [@destinations[index].to_s, label(index)] if @destinations[index]
        end
      end

      # @private Conditions only ask; see {DecisionHandler}.
      def block_edges(_klass) = [[], false]

      # @private
      def afters = []

      # @private
      def condition_count = @tests.count { |test| test.is_a?(Compiled) }

      private

      # Runs the author's lines. What they say that is no word here is refused at that line.
      def configure(&config)
        @configuring = true
        instance_eval(&config) if config
      ensure
        @configuring = false
      end

      def method_missing(word, ...)
        return super unless @configuring

        raise ArgumentError, "#{kind} :#{@name} has no word #{word}; it has #{words.join(", ")}." \
          "#{Spelling.hint(word, words)}#{elsewhere(word) || elsewhere_in_class(word)}"
      end

      def elsewhere_in_class(word)
        " #{word} is a word of the class: write it outside of this block" if Task.singleton_class.public_method_defined?(word)
      end

      def respond_to_missing?(*) = false

      def clear_conditions(name)
        @name = name.to_sym
        @conditions = []
        @destinations = []
        @tests = []
        @condition_labels = {}
        @stray = nil
      end

      # Position of the first test that holds; the tests are tried in the order in which they were written.
      def first_match(task)
        @tests.index { |test| test.call(task) }
      end

      def label(index) = @condition_labels[index]&.to_s
    end
  end
end
