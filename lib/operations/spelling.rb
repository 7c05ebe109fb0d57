# frozen_string_literal: true

module Operations
  # What a message says after a name that does not exist.
  module Spelling
    AN = /\A([AEIO]|U(?![snt][aei]))/ # an Upload, but a User and a Unit
    private_constant :AN

    # @param word [String, Symbol] what was written
    # @param known [Array<String, Symbol>] what could have been written
    # @return [String] " Did you mean :upload?", or "" when nothing is close or the list has only one word anyway
    def self.hint(word, known)
      return "" if known.size < 2 || !defined?(::DidYouMean::SpellChecker)

      guess = ::DidYouMean::SpellChecker.new(dictionary: known.map(&:to_s)).correct(word.to_s).first
      guess ? " Did you mean :#{guess}?" : ""
    end

    # @param type [Class, String]
    # @return [String] "an Invoice", "a User"
    def self.article(type) = "#{AN.match?(type.to_s) ? "an" : "a"} #{type}"

    # @param words [Array<String, Symbol>]
    # @return [String] ":upload, :owner", or "none"
    def self.list(words)
      words.empty? ? "none" : words.map { |word| ":#{word}" }.join(", ")
    end
  end
end
