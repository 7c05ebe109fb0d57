# frozen_string_literal: true

require_relative "spelling"

module Operations
  # Has words of a class body name their options, where Ruby would say "unknown keyword" and no more.
  # @private
  module OptionNames
    # @param words [Module] that classes are extended with; its words that take options without a rest of them are asked
    # @return [Module] the same
    def self.told_by(words)
      taking = words.public_instance_methods(false).to_h { |word| [word, of(words.instance_method(word))] }.compact
      words.prepend(checking(taking))
    end

    # @param label [String] whose option it was
    # @param given [Array<Symbol>]
    # @param known [Array<Symbol>]
    # @raise [ArgumentError] for the first that is not known, with those that are
    def self.check(label, given, known)
      unknown = (given - known).first or return
      raise ArgumentError, "#{label}: #{refusal(unknown, known)}"
    end

    # @return [String]
    def self.refusal(unknown, known)
      "there is no option #{unknown}:; possible are #{known.map { |option| "#{option}:" }.join(", ")}.#{Spelling.hint(unknown, known)}"
    end

    # @param method [Method, UnboundMethod]
    # @return [Array<Symbol>, nil] nil where it has none, or takes any
    def self.of(method)
      kinds = method.parameters
      names = kinds.filter_map { |kind, name| name if kind.start_with?("key") && kind != :keyrest }
      names unless names.empty? || kinds.assoc(:keyrest)
    end

    def self.checking(taking)
      Module.new do
        taking.each do |word, known|
          define_method(word) do |*arguments, **options, &block|
            OptionNames.check("#{attribute_label}: #{word}", options.keys, known)
            super(*arguments, **options, &block)
          end
        end
      end
    end
    private_class_method :checking
  end
end
