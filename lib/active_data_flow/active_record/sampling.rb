# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Where a source can be cut into parts of about as many rows: places in the database's own order, along the source's cursor, so
    # that numbers, texts and several columns together are all the same to it. No row is looked at but for its key.
    class Sampling
      # Blocks of a PostgreSQL table that are looked at, spread over all of it.
      BLOCKS = 400
      # Rows of a sample for each part: with fewer, parts would differ by much.
      ENOUGH = 100
      private_constant :BLOCKS, :ENOUGH

      # @param source [SourceEnd]
      def initialize(source)
        @source = source
      end

      # @param parts [Integer]
      # @param after [Array, nil] a position
      # @return [Array<Array>] the last position of each part but the last one
      def places(parts, after)
        sampled = sample(parts, after) if @source.dialect == :postgresql && @source.plain?
        (sampled.nil? || sampled.empty?) ? steps(parts, after) : sampled
      end

      private

      # By one walk along the index, or along as much of it as lies behind the position.
      def steps(parts, after)
        count = @source.table.with_connection { |connection| connection.select_value(@source.window(after, nil).reselect(Arel.sql("count(*)")).to_sql, "ActiveDataFlow parts") }.to_i
        parts = [parts, count].min
        bounds = (0...parts).map { |number| count * number / parts }
        bounds.each_cons(2).filter_map { |from, upto| after = place(after, upto - from) if from.zero? || after }
      end

      # @return [Array, nil] so many rows on; nil when there are not as many any more
      def place(after, rows)
        @source.position_by(keys(@source.window(after, nil)).reorder(Arel.sql(@source.order_sql)).offset(rows - 1).limit(1).to_sql)
      end

      # A big table is not walked along: rows of some blocks stand for all. Where too few of them are wanted ones, this finds nothing.
      def sample(parts, after)
        blocks = self.blocks
        return if blocks <= BLOCKS * 2

        some = @source.window(after, nil).from("#{@source.table.quoted_name} TABLESAMPLE SYSTEM (#{format("%.6f", BLOCKS * 100.0 / blocks)})")
        places = "row_number() OVER (ORDER BY #{@source.order_sql}) AS adf_place, count(*) OVER () AS adf_count"
        cuts = (1...parts).map { |number| "adf_count * #{number} / #{parts}" }
        names = @source.quoted_cursor.join(", ")
        @source.positions_by("SELECT #{names} FROM (#{keys(some, places).to_sql}) #{@source.table.quoted_name} " \
          "WHERE adf_count >= #{ENOUGH * parts} AND adf_place IN (#{cuts.join(", ")}) ORDER BY adf_place", parts)
      end

      def keys(rows, *more) = rows.reselect(*[*@source.quoted_cursor, *more].map { |sql| Arel.sql(sql) })

      # Of the table and what it is partitioned into; none of a view.
      def blocks
        @source.table.with_connection do |connection|
          table = "#{connection.quote(@source.table.quoted_name)}::regclass"
          connection.select_value("SELECT GREATEST(pg_relation_size(#{table}), (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(#{table}))) " \
            "/ current_setting('block_size')::int", "ActiveDataFlow parts").to_i
        end
      end
    end
  end
end
