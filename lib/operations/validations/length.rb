# frozen_string_literal: true

module Operations
  module Validations
    # `length: {minimum:, maximum:, is:, in:}`: characters of a text, items of a list. nil has no length: it
    # fails `minimum:` and `is:` unless `allow_nil:`, and passes `maximum:`.
    class Length < Rule
      OPTIONS = %i[in within minimum maximum is too_short too_long wrong_length].freeze
      CHECKS = {is: [:==, :wrong_length], minimum: [:>=, :too_short], maximum: [:<=, :too_long]}.freeze
      private_constant :CHECKS

      def self.short_option(value) = (:in if Range === value)
      private_class_method :short_option

      private

      def prepare
        @bounds = @options.slice(*CHECKS.keys).merge(bounds_of(@options[:in] || @options[:within]))
        raise ArgumentError, "needs minimum:, maximum:, is: or in:" if @bounds.empty?

        @bounds.each { |name, bound| check_bound(name, bound) }
      end

      def bounds_of(range)
        return {} if range.nil?
        raise ArgumentError, "in: takes a Range, not #{range.inspect}" unless Range === range

        last = range.exclude_end? ? range.end&.pred : range.end
        {minimum: range.begin, maximum: last}.compact
      end

      def check_bound(name, bound)
        return if Symbol === bound || Proc === bound || (Integer === bound && bound >= 0) || bound == Float::INFINITY

        raise ArgumentError, "#{name}: takes a whole number from 0, the name of a method as a Symbol, or a Proc, not #{bound.inspect}"
      end

      def check(task, name, value)
        length = value.respond_to?(:length) ? value.length : value.to_s.length
        @bounds.each do |bound, count|
          count = Conditions.resolve(count, task)
          comparison, kind = CHECKS[bound]
          next if (!value.nil? || bound == :maximum) && length.public_send(comparison, count)

          add(task, name, kind, message: @options[:message] || @options[kind], count:, value:)
        end
      end
    end
  end
end
