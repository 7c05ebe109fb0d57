# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # The source cut into windows of so many rows, each with its last position.
      class Windows
        # @param path [Pushdown]
        # @param after [Object, nil] a position
        def initialize(path, after)
          @path = path
          @after = after.nil? ? nil : Engine::Place.listed(after)
          @statements = Statements.for(path)
        end

        # @param limit [Integer] rows
        # @return [Portion, nil] nil at the end
        def next(limit)
          return if @ended

          before = @after
          upto, @ended = last_of_window(limit)
          return if upto.nil?

          @after = upto
          Portion.new(@path, @statements, before, upto, limit:, last: @ended)
        end

        # Its rows never came here, so there is nothing to give back.
        def done(_portion) = nil

        # Ends what was opened for them.
        def close = @path.close

        private

        # The position so many rows on, or the last one there is.
        def last_of_window(limit)
          full = pick(@path.source.order_sql, limit - 1)
          full ? [full, false] : [pick(@path.source.order_sql(backwards: true), 0), true]
        end

        def pick(order, offset)
          source = @path.source
          rows = source.window(@after, nil).reselect(*source.quoted_cursor.map { |name| ::Arel.sql(name) })
          source.position_by(rows.reorder(::Arel.sql(order)).offset(offset).limit(1).to_sql)
        end
      end
    end
  end
end
