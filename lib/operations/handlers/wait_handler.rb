# frozen_string_literal: true

module Operations
  module Handlers
    # A state in which the task sleeps until a condition holds, a time has passed, or somebody moves it.
    class WaitHandler
      include Conditions

      # A length of time after which a wait is over.
      After = Data.define(:us, :since) do
        # @return [Boolean] whether it has passed
        def call(task) = task._time_passed?(us, since)
      end

      # @param name [Symbol, String]
      # @yield the words `condition`, `after`, `go_to`
      def initialize(name, &config)
        clear_conditions(name)
        configure(&config)
      end

      # Holds once the task has been in this state that long. Tried in its place among the conditions; the wake is set
      # to the very moment.
      # @param duration [Integer, Float, ActiveSupport::Duration] seconds
      # @param since [Symbol, nil] attribute with the time to count from, instead of the entry into the state
      def after(duration, since: nil)
        test = After.new(us: Duration.us(duration, :after), since:)
        @tests << test
        @conditions << test
      end

      def immediate? = false

      # Goes where the first condition that holds leads, else to the state the task is in: it sleeps on.
      def call(task)
        Operations.logger.debug { "#{task} evaluates #{task.current_state}" }
        index = first_match(task)
        return task.go_to(task.current_state) unless index

        Operations.logger.debug { "#{task} #{label(index) || "condition #{index}"} holds in #{task.current_state}" }
        task._moved_by("after") if @tests[index].is_a?(After)
        task.go_to(@destinations[index])
      end

      # @private
      def short_way = []

      # @private
      def afters
        @tests.each_with_index.filter_map do |test, index|
          [test.us, test.since&.to_s, @destinations[index]&.to_s] if test.is_a?(After)
        end
      end

      # @private
      # @return [Integer, nil] microseconds: the next moment at which an `after` holds
      def next_after_us(task)
        @tests.filter_map { |test| task._time_passes_at(test.us, test.since) if test.is_a?(After) }.min
      end

      # @private
      def edges
        super.reject.with_index { |_edge, index| @tests[index].is_a?(After) }
      end

      private

      def kind = "wait_until"

      def words = %i[condition after go_to]

      def tested = "condition or after"

      # A wait whose condition does not hold sleeps on: it has no second answer.
      def elsewhere(word)
        return " Write: go_to :state below the condition" if word == :if_true

        " Write: decision :#{@name} do ... end, for two answers" if word == :if_false
      end
    end
  end
end
