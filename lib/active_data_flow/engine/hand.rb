# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Rows that a source has given and the engine has not taken yet. Those of one batch bring the same columns, so that a
    # row keeps in the sink what it does not bring, whichever rows come with it. Steps see as NULL what
    # others have brought, before them or in the hand.
    class Hand
      # What rows bring. Two are the same only when they are one object.
      class Columns
        # @return [Array<String>]
        attr_reader :names

        # @param names [Array<String>]
        def initialize(names)
          @names = names
        end
      end
      private_constant :Columns

      # Rows of one batch.
      #
      # rows:: Array of Hash, or of the TypeError that says why one is no row
      # names:: Array of String, the columns that each of them brings
      # lacking:: Array of String, the columns that none of them brings, but others do
      Taken = Data.define(:rows, :names, :lacking) do
        # @return [Integer]
        def size = rows.size
      end

      # Kinds of rows that are remembered; what is forgotten begins another batch.
      MOST = 1_000
      private_constant :MOST

      def initialize
        @rows = []
        @columns = []
        @known = {}
        @names = []
      end

      # @return [Integer]
      def size = @rows.size

      # @return [Boolean]
      def empty? = @rows.empty?

      # @param row [Hash, Message, #to_h] what is none keeps its place among those before it
      def add(row)
        row = Message.hash_of(row)
        keys = row.keys
        @last, @keys = columns_of(keys), keys unless keys == @keys
        put(row)
      rescue TypeError => error
        @last ||= columns_of([])
        put(error)
      end

      # @param limit [Integer]
      # @return [Taken] the first rows, as far as they bring the same
      def take(limit)
        first = @columns.first
        count = [@columns.index { |columns| !columns.equal?(first) } || size, limit].min
        @columns.shift(count)
        Taken.new(rows: @rows.shift(count), names: first.names, lacking: @names - first.names)
      end

      private

      def put(row)
        @rows << row
        @columns << @last
      end

      # Neither the order counts, nor whether names are Strings or Symbols.
      def columns_of(keys)
        names = keys.map(&:to_s).uniq
        @known[names.sort] ||= begin
          forget if @known.size == MOST
          @names |= names
          Columns.new(names)
        end
      end

      def forget
        @known.clear
        @names = @columns.uniq.flat_map(&:names).uniq
      end
    end
  end
end
