# frozen_string_literal: true

module Operations
  module Validations
    # `numericality: true`, or a Hash of bounds. Text counts when all of it is a number, also where the attribute has
    # made one of it ("12,50" is none, although an integer reads it as 12). nil is none, unless `allow_nil:`.
    class Numericality < Rule
      COMPARISONS = {
        greater_than: :>, greater_than_or_equal_to: :>=, equal_to: :==,
        less_than: :<, less_than_or_equal_to: :<=, other_than: :!=
      }.freeze
      OPTIONS = [:only_integer, :only_numeric, :odd, :even, :in, *COMPARISONS.keys].freeze
      INTEGER = /\A[+-]?\d+\z/
      private_constant :COMPARISONS, :INTEGER

      def self.short_option(value) = (:in if Range === value)
      private_class_method :short_option

      private

      def prepare
        @bounds = @options.slice(*COMPARISONS.keys)
        @bounds.each do |name, bound|
          next if Numeric === bound || Symbol === bound || Proc === bound

          raise ArgumentError, "#{name}: takes a number, the name of a method as a Symbol, or a Proc, not #{bound.inspect}"
        end
        range = @options[:in]
        raise ArgumentError, "in: takes a Range, not #{range.inspect}" unless range.nil? || Range === range
      end

      def check(task, name, value)
        given = task._given_for(name) { value }
        number = number_from(given)
        return add(task, name, :not_a_number, value: given) if number.nil?
        return add(task, name, :not_an_integer, value: given) if only_integer?(task) && !INTEGER.match?(given.to_s.strip)

        number = number_from(value) unless given.equal?(value) || Integer === value # as it is rounded to be stored
        check_bounds(task, name, number)
        check_kind(task, name, number)
      end

      def check_bounds(task, name, number)
        @bounds.each do |bound, count|
          count = number_from(Conditions.resolve(count, task))
          met = !count.nil? && number.public_send(COMPARISONS[bound], count)
          add(task, name, bound, count: readable(count), value: readable(number)) unless met
        end
      end

      def check_kind(task, name, number)
        add(task, name, :odd, value: readable(number)) if @options[:odd] && !(number.finite? && number.to_i.odd?)
        add(task, name, :even, value: readable(number)) if @options[:even] && !(number.finite? && number.to_i.even?)
        range = @options[:in]
        add(task, name, :in, count: range, value: readable(number)) unless range.nil? || range.cover?(number)
      end

      def only_integer?(task)
        wanted = @options[:only_integer]
        (wanted.nil? || wanted == true) ? wanted : Conditions.resolve(wanted, task)
      end

      # A Float stands for the decimal number that it prints as, so that 0.1 equals the decimal 0.1.
      def number_from(value)
        case value
        when Integer, Rational then value
        when Float then value.nan? ? nil : decimal(value.to_s)
        when Numeric then value
        when nil, true, false, Array, Hash then nil
        else number_from_text(value.to_s) unless @options[:only_numeric]
        end
      end

      def number_from_text(text)
        return text.to_i if INTEGER.match?(text)
        return nil if text.match?(/\A\s*[+-]?0[xX]/) || Float(text, exception: false).nil?

        decimal(text.strip)
      rescue ArgumentError, Encoding::CompatibilityError # bytes that are no text
        nil
      end

      def decimal(text)
        require "bigdecimal"
        BigDecimal(text.delete_suffix("."))
      end

      def readable(number)
        (defined?(::BigDecimal) && ::BigDecimal === number && number.finite?) ? plain(number) : number
      end

      # As people write it: 10 and 0.5, not 0.1e2.
      def plain(number) = number.frac.zero? ? number.to_i : number.to_s("F")
    end
  end
end
