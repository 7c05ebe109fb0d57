# frozen_string_literal: true

module ActiveDataFlow
  # What people may see of rows and errors: values under names that the application filters (`config.filter_parameters`)
  # are replaced, in Hashes by their name, in texts wherever a value stands beside its name. What is stored stays whole.
  # Without Rails nothing is filtered.
  module Shown
    FILTERED = "[FILTERED]"

    NAME = /(?<!\w)[A-Za-z_]\w*/
    LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
    # What stands between a name and its value, as errors of databases, Ruby's `inspect` and this gem write them, and the value.
    VALUE = /(?<sign>["'`]?(?:\s*(?:=>|=|:(?!:))\s*)|\s+(?=["']))(?<value>\[FILTERED\]|#{LITERAL}|[^\s,;)\]}]+)/
    # PostgreSQL's `Key (email)=(ada@example.org) already exists`.
    KEY = /\((?<names>[\w", ]+)\)=\((?<values>.*?)\)(?= |\.|\z)/
    # MySQL's `Duplicate entry 'ada@example.org' for key 'users.index_users_on_email'`.
    ENTRY = /entry '(?<value>.*?)' for key '(?<name>.*?)'/
    # PostgreSQL's way to tell of a whole row.
    WHOLE = /Failing row contains \(.*\)/m
    # Shorter ones stand in any text by chance.
    TELLING = 3
    private_constant :NAME, :LITERAL, :VALUE, :KEY, :ENTRY, :WHOLE, :TELLING

    class << self
      # @return [#call, nil] takes a Hash, gives the same with what is to be hidden replaced
      attr_accessor :filter

      # @param row [Hash, nil]
      # @return [Hash, nil]
      def row(row) = (row.is_a?(Hash) && filter) ? filter.call(row) : row

      # @param name [String, Symbol]
      # @return [Boolean] whether values of that name are hidden
      def hidden?(name) = !filter.nil? && filter.call({name.to_s => "value"}).values.first != "value"

      # @param text [String, nil]
      # @param row [Hash, nil] that it tells of
      # @param column [String, nil] that it tells of
      # @return [String, nil]
      def text(text, row: nil, column: nil)
        return text if text.nil? || filter.nil?

        text = without_values(RunStore::Base.text(text), row || {})
        text = text.gsub(LITERAL, FILTERED) if column && hidden?(column)
        text = text.gsub(WHOLE, "Failing row contains (#{FILTERED})")
        text = masked(text, ENTRY, :name) { |found| "entry '#{FILTERED}' for key '#{found[:name]}'" }
        text = masked(text, KEY, :names) { |found| "(#{found[:names]})=(#{FILTERED})" }
        without_named(text)
      end

      # @param error [Exception]
      # @return [String] its class and its text, for a log
      def error(error) = "#{error.class}: #{text(error.message)}"

      private

      # Of a list of names one is enough.
      def masked(text, pattern, names)
        text.gsub(pattern) do |whole|
          found = Regexp.last_match
          (found[names].scan(/[^", ]+/).any? { |name| hidden?(name) }) ? yield(found) : whole
        end
      end

      # By the hidden names alone: what stands before one may look like a name, too ("ArgumentError: email: ...").
      def without_named(text)
        names = text.scan(NAME).uniq.select { |name| hidden?(name) }
        return text if names.empty?

        text.gsub(/(?<!\w)(?<name>#{Regexp.union(names)})#{VALUE}/) { "#{$~[:name]}#{$~[:sign]}#{FILTERED}" }
      end

      # A value may be no text at all, and stands in one as that is stored.
      def without_values(text, row)
        row.each do |name, value|
          value = RunStore::Base.text(value.to_s)
          text = text.gsub(value, FILTERED) if value.size >= TELLING && hidden?(name)
        end
        text
      end
    end
  end
end
