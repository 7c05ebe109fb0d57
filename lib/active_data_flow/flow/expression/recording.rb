# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    class Expression
      # The one call of an expression block.
      class Recording
        # @return [String] word, file and line, for messages
        attr_reader :where

        # @param where [String]
        def initialize(where)
          @where = where
          @made = []
        end

        # @param block [Proc]
        # @return [Expression]
        # @raise [ArgumentError] for what an expression cannot say
        def of(block)
          answer = block.call(Row.new(self))
          Node.tree_of(answer, @where)
          tree = Node.tree_of(answer, @where)
          refuse_lost(tree)
          refuse("the block does not look at the row: it says #{answer.inspect} for all of them.") unless Node === answer
          Expression.new(tree, @where)
        rescue => error # whatever Ruby has against it, an expression cannot say it
          raise if error.is_a?(ArgumentError) && error.message.start_with?(@where)

          raise ArgumentError, "#{@where}: #{error.message}. Use transform for what an expression cannot say."
        end

        # @private
        # @param tree [Array] a part that was made
        def made(tree)
          @made << tree
        end

        private

        # `5 == row[:a]` asks 5, which asks the column and takes its answer for a yes.
        def refuse_lost(tree)
          kept = {}.compare_by_identity
          keep(tree, kept)
          lost = @made.find { |part| part[0] != :col && !kept.key?(part) }
          return unless lost

          refuse("Ruby takes #{lost[0]} for a yes before any row is read. Write the column first, as in row[:a] == 5, " \
            "and what the block says on its last line; or use transform.")
        end

        def keep(tree, kept)
          return unless tree.is_a?(Array)

          kept[tree] = true
          tree.each { |part| keep(part, kept) }
        end

        def refuse(text) = raise(ArgumentError, "#{@where}: #{text}")
      end

      # The row that the block gets: it knows no values, only names.
      class Row
        # @param recording [Recording]
        def initialize(recording)
          @recording = recording
        end

        # @param name [Symbol, String] a column
        # @return [Node]
        def [](name)
          Node.new([:col, -name.to_s], @recording)
        end

        # @raise [ArgumentError] always
        def []=(name, _value)
          raise ArgumentError, "#{@recording.where}: an expression gives a value and sets nothing. " \
            "Write derive(:#{name}) { |row| ... }, or use transform."
        end

        private

        def respond_to_missing?(_name, _private = false) = false

        def method_missing(name, *)
          raise ArgumentError, "#{@recording.where}: an expression reads columns as row[:#{name}], not as row.#{name}."
        end
      end
    end
  end
end
