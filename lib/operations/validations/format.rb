# frozen_string_literal: true

module Operations
  module Validations
    # `format: {with: /\A\d+\z/}` or `{without: /\s/}`; a Symbol or Proc may give the pattern.
    class Format < Rule
      OPTIONS = %i[with without multiline].freeze

      def self.short_option(value) = (:with if Regexp === value || Proc === value)
      private_class_method :short_option

      private

      def prepare
        given = %i[with without].select { |option| @options[option] }
        raise ArgumentError, "needs either with: or without:" unless given.size == 1

        @wanted = given.first == :with
        @pattern = @options[given.first]
        check_pattern(given.first)
      end

      def check_pattern(option)
        return if Symbol === @pattern || Proc === @pattern
        raise ArgumentError, "#{option}: takes a Regexp, the name of a method as a Symbol, or a Proc, not #{@pattern.inspect}" unless Regexp === @pattern
        return if @options[:multiline] || !@pattern.source.match?(/\A\^|(?<!\\)\$\z/)

        raise ArgumentError, "^ and $ match at every line, so a second line could hold anything. Write \\A and \\z, or multiline: true"
      end

      def check(task, name, value)
        found = Conditions.resolve(@pattern, task).match?(value.to_s)
        add(task, name, :invalid, value:) unless found == @wanted
      end
    end
  end
end
