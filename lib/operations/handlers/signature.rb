# frozen_string_literal: true

module Operations
  module Handlers
    # What an interaction takes, so that a wrong call is refused before anything is claimed or changed.
    class Signature
      # @param block [Proc] as the author wrote it; counted as strictly as a method
      def initialize(block)
        @parameters = block.parameters(lambda: true)
        @required = count(:req)
        @most = any?(:rest) ? nil : @required + count(:opt)
        @keywords = any?(:key) || any?(:keyreq) || any?(:keyrest)
      end

      # @param args [Array]
      # @param keywords [Hash]
      # @return [String, nil] what is wrong with these arguments, in Ruby's own words
      def refusal(args, keywords)
        return "no keywords accepted" if any?(:nokey) && !keywords.empty?

        given = args.size + ((keywords.empty? || @keywords) ? 0 : 1) # Ruby makes a Hash of them
        return "wrong number of arguments (given #{given}, expected #{expected})" unless takes?(given)

        wrong_keywords("missing", names(:keyreq) - keywords.keys) || wrong_keywords("unknown", unknown(keywords))
      end

      # @return [String] "(who, loud: ...)"
      def to_s = "(#{@parameters.filter_map { |kind, name| word(kind, name) }.join(", ")})"

      private

      def takes?(given) = given >= @required && (@most.nil? || given <= @most)

      def expected
        return "#{@required}+" unless @most

        (@most == @required) ? @required.to_s : "#{@required}..#{@most}"
      end

      def unknown(keywords)
        return [] if !@keywords || any?(:keyrest)

        keywords.keys - names(:keyreq) - names(:key)
      end

      def wrong_keywords(what, keys)
        "#{what} keyword#{"s" if keys.size > 1}: #{keys.map(&:inspect).join(", ")}" unless keys.empty?
      end

      def word(kind, name)
        case kind
        when :req then name || "..."
        when :opt then "#{name} = ..."
        when :rest then "*#{name}"
        when :keyreq, :key then "#{name}: ..."
        when :keyrest then "**#{name}"
        when :block then "&#{name}"
        end
      end

      def count(kind) = @parameters.count { |one, _name| one == kind }

      def any?(kind) = count(kind).positive?

      def names(kind) = @parameters.filter_map { |one, name| name if one == kind }
    end
  end
end
