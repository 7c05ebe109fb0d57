# frozen_string_literal: true

module Operations
  module Validations
    # `inclusion: {in: %w[a b]}`, a Range, or a Symbol or Proc that gives one. Of an Array, every item is asked.
    class Inclusion < Rule
      OPTIONS = %i[in within].freeze

      def self.short_option(value) = (:in if value.respond_to?(:include?) || Symbol === value || Proc === value)
      private_class_method :short_option

      private

      def prepare
        @members = @options[:in] || @options[:within]
        return if @members.respond_to?(:include?) || Symbol === @members || @members.respond_to?(:call)

        raise ArgumentError, "in: takes an Array, a Range, a Set, the name of a method as a Symbol, or a Proc, not #{@members.inspect}"
      end

      def check(task, name, value)
        add(task, name, :inclusion, value:) unless member?(task, value)
      end

      def member?(task, value)
        members = (Symbol === @members || Proc === @members) ? Conditions.resolve(@members, task) : @members
        (Array === value) ? value.all? { |item| among?(members, item) } : among?(members, value)
      end

      # A Range of numbers or moments is asked for its ends; going through it would take for ever.
      def among?(members, value)
        return members.include?(value) unless Range === members

        endless?(members.begin || members.end) ? members.cover?(value) : members.include?(value)
      end

      def endless?(bound)
        Numeric === bound || Time === bound || (defined?(::Date) && ::Date === bound)
      end
    end
  end
end
