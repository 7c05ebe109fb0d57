# frozen_string_literal: true

require "bigdecimal"
require "date"

module ActiveDataFlow
  module Flow
    class Expression
      # A part of an expression. Whatever is called on it makes a larger part; what it does not know is refused.
      #
      #   [:col, name]            a column
      #   [:lit, value]           a value
      #   [:+, a, b] ...          + - * / in decimal, half away from zero; [:-@, a]
      #   [:==, a, b] ...         == != < <= > >=
      #   [:&, a, b] [:|, a, b] [:!, a]
      #   [:nil?, a] [:coalesce, a, b, ...] [:round, a, digits]
      #   [:in?, a, [values]]     [:between, a, from, to, to_excluded]; from and to may be nil
      #   [:concat, a, b, ...] [:upcase, a] [:downcase, a] [:strip, a]
      class Node < BasicObject
        WORDS = %i[+ - * / == != < <= > >= & | ! in? nil? coalesce round concat upcase downcase strip].freeze
        LITERALS = [::Integer, ::Float, ::BigDecimal, ::String, ::Symbol, ::TrueClass, ::FalseClass, ::NilClass, ::Date, ::Time].freeze

        # @param value [Object] a node or a literal
        # @return [Array] its tree
        # @raise [ArgumentError] for what no column can hold
        def self.tree_of(value, where)
          return value.__tree__ if Node === value
          return [:lit, literal_of(value)] if LITERALS.any? { |type| type === value }
          return [:lit, value.to_time] if value.respond_to?(:acts_like_time?) && value.respond_to?(:to_time)

          ::Kernel.raise ::ArgumentError, "#{where}: an expression knows numbers, texts, true, false, nil, dates and times, not #{value.class}. Use transform."
        end

        # What is written as 0.1 means a tenth, as in SQL and as a BigDecimal takes it: a Float would take decimals to floats, and cents with them.
        def self.literal_of(value)
          case value
          when ::Symbol then value.to_s
          when ::Float then value.finite? ? ::Kernel.BigDecimal(value.to_s) : value
          else value
          end
        end
        private_class_method :literal_of

        # @param tree [Array]
        # @param recording [Recording] of the block that says it
        def initialize(tree, recording)
          @tree = tree
          @recording = recording
          recording.made(tree)
        end

        # @private
        def __tree__ = @tree

        %i[+ - * / < <= > >= & |].each do |word|
          define_method(word) { |other| __node(word, other) }
        end

        def ==(other)
          return __node(:==, other) unless ::NilClass === other

          __refuse("NULL equals nothing, as in SQL. Write #{__shown}.nil?")
        end

        def !=(other)
          return __node(:!=, other) unless ::NilClass === other

          __refuse("NULL differs from nothing, as in SQL. Write !#{__shown}.nil?")
        end

        def ! = Node.new([:!, @tree], @recording)

        # The number with the other sign.
        def -@ = Node.new([:-@, @tree], @recording)

        def nil? = Node.new([:nil?, @tree], @recording)

        # @param values [Array, Range]
        def in?(values)
          return __between(values) if ::Range === values
          __refuse("in? takes an Array or a Range, not #{values.class}.") unless ::Array === values

          Node.new([:in?, @tree, values.map { |value| __part(value) }], @recording)
        end

        # @param others [Array] what stands for it where it is NULL
        def coalesce(*others)
          __refuse("coalesce needs what stands for NULL, as in #{__shown}.coalesce(0).") if others.empty?

          __node(:coalesce, *others)
        end

        # @param digits [Integer] behind the point
        def round(digits = 0)
          __refuse("round takes a number of digits from 0 to 30, not #{digits.inspect}.") unless ::Integer === digits && digits.between?(0, 30)

          Node.new([:round, @tree, digits], @recording)
        end

        # @param others [Array] appended, as text; NULL makes the whole NULL
        def concat(*others)
          __refuse("concat needs what is appended, as in #{__shown}.concat(\" \", row[:name]).") if others.empty?

          __node(:concat, *others)
        end

        %i[upcase downcase strip].each do |word|
          define_method(word) { Node.new([word, @tree], @recording) }
        end

        # `2 * row[:net]`
        def coerce(number) = [Node.new(__part(number), @recording), self]

        def inspect = "#<expression #{@tree.inspect}>"

        def respond_to?(name, _private = false) = WORDS.include?(name) || %i[coerce __tree__ inspect].include?(name)

        private

        def __part(value) = Node.tree_of(value, @recording.where)

        def __node(word, *others)
          Node.new([word, @tree, *others.map { |other| __part(other) }], @recording)
        end

        def __between(range)
          from, to = [range.begin, range.end].map { |edge| __part(edge) unless ::NilClass === edge }
          Node.new([:between, @tree, from, to, range.exclude_end?], @recording)
        end

        def __shown = (@tree[0] == :col) ? "row[:#{@tree[1]}]" : "(...)"

        def __refuse(text)
          ::Kernel.raise ::ArgumentError, "#{@recording.where}: #{text}"
        end

        def respond_to_missing?(_name, _private = false) = false

        def method_missing(name, *)
          if %i[to_s to_str].include?(name)
            __refuse("a text with \#{...} in it is made before any row is read. Write #{__shown}.concat(\" \", row[:name]), or use transform.")
          end

          __refuse("an expression has no #{name}; it has #{WORDS.join(" ")}. Use transform for everything else.")
        end
      end
    end
  end
end
