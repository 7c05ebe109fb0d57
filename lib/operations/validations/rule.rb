# frozen_string_literal: true

require_relative "conditions"

module Operations
  module Validations
    # One rule of a `validates` line, over its attributes. A rule says in OPTIONS what it can be told, in
    # {#prepare} what it makes of that while the class loads, and in {#check} what it finds wrong.
    class Rule
      COMMON = %i[if unless allow_nil allow_blank message].freeze
      OPTIONS = [].freeze

      # @return [Array<Symbol>] the attributes, models or methods it looks at
      attr_reader :names

      # @param names [Array<Symbol, String>]
      # @param options [true, Hash, Object] true for none; what is no Hash means the rule's first option
      # @param shared [Hash] options of the whole line, which the rule's own replace
      def self.build(names, options, shared)
        options = options_from(options)
        unknown = options.keys - known
        return new(names, shared.merge(options)) if unknown.empty?
        raise ArgumentError, Conditions::NO_ON if unknown.include?(:on)

        raise ArgumentError, "there is no option #{unknown.first}:; possible are " \
          "#{known.map { |option| "#{option}:" }.join(", ")}#{Spelling.hint(unknown.first, known).chomp("?")}"
      end

      def self.known = self::OPTIONS + COMMON

      def self.options_from(options)
        return options.transform_keys(&:to_sym) if Hash === options
        return {} if options == true

        short = short_option(options) || raise(ArgumentError, "#{options.inspect} says nothing; write a Hash of #{known.map { |option| "#{option}:" }.join(", ")}")
        {short => options}
      end

      # @return [Symbol, nil] which option is meant by a value that stands alone
      def self.short_option(_value) = nil
      private_class_method :known, :options_from, :short_option

      def initialize(names, options)
        @names = names.map(&:to_sym)
        @options = options
        @conditions = Conditions.from(options)
        @skips = options[:allow_nil] || options[:allow_blank]
        check_message(options[:message])
        prepare
      end

      # Asks the rule of each of its attributes, and adds to the task's errors what it refuses.
      # @param task [Object] with `errors`
      def validate(task)
        return if @conditions && !@conditions.hold?(task)

        @names.each do |name|
          value = task.__send__(name)
          check(task, name, value) unless @skips && skipped?(value)
        end
      end

      # @return [Boolean] whether it is asked in every case, without `if:` and its like
      def always? = @conditions.nil? && !@skips

      private

      def prepare
      end

      def check(task, name, value) = raise(NotImplementedError, "#{self.class}#check")

      def skipped?(value)
        (@options[:allow_nil] && value.nil?) || (@options[:allow_blank] && Types.blank?(value))
      end

      def add(task, name, kind, message: @options[:message], **details)
        task.errors.add(name, kind, message:, **details)
      end

      def check_message(message)
        return if message.nil? || String === message || Proc === message

        raise ArgumentError, "message: takes a text or a Proc, not #{message.inspect}"
      end
    end
  end
end
