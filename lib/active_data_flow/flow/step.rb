# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # One step between source and sink, as it was declared.
    #
    # word:: Symbol, the word that the author wrote
    # arguments:: Hash, what the word means; its form depends on the word
    # at:: String, "order_export_flow.rb:9", for messages
    Step = Data.define(:word, :arguments, :at) do
      # @return [Boolean] whether the step says what it does, so that it runs in Rust and can be printed as SQL
      def declarative? = !%i[transform transform_batch].include?(word)

      # @return [Boolean] whether the step runs in Rust without asking anybody: a lookup asks another table
      def native? = declarative? && word != :lookup
    end
  end
end
