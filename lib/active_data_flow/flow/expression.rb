# frozen_string_literal: true

require_relative "expression/branches"
require_relative "expression/node"
require_relative "expression/recording"

module ActiveDataFlow
  module Flow
    # What an expression block means: a tree that runs in Rust and, where the database can do the same, as SQL.
    class Expression
      # @return [Array] nested: `[:+, [:col, "net"], [:lit, 1]]`; see {Node} for the words
      attr_reader :tree

      # @return [String] "derive(:total), order_export_flow.rb:9", for messages
      attr_reader :label

      # Calls the block once, with an expression row, and keeps what it says.
      # @param block [Proc] one parameter, the row
      # @param word [Symbol] the word that the author wrote
      # @param at [String] file and line
      # @return [Expression]
      # @raise [ArgumentError] for what an expression cannot say
      def self.record(block, word:, at:)
        where = "#{word}, #{at}"
        Branches.refuse(block, where)
        Recording.new(where).of(block)
      end

      # @param tree [Array]
      # @param label [String]
      def initialize(tree, label)
        @tree = tree.freeze
        @label = label
      end

      # @return [Array<String>] the columns that it reads
      def columns = columns_in(@tree).uniq

      private

      def columns_in(tree)
        return [] unless tree.is_a?(Array)
        return [tree[1]] if tree[0] == :col

        tree.drop(1).flat_map { |part| columns_in(part) }
      end
    end
  end
end
