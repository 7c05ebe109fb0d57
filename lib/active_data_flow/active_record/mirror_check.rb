# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Whether a sink can be a mirror of its source: what has not been read shows in the order of the sink's key alone, and only where
    # all of the source is read.
    class MirrorCheck
      INTEGER = /\A((tiny|small|medium|big)?int|integer|int[248]|(small|big)?serial)\b/i
      TEXT = /\A(text|character varying|varchar|string|(tiny|medium|long)text)\b/i
      # What two servers of a kind sort and compare alike.
      SAME = {postgresql: /\A(uuid|date|timestamp|numeric)/i, mysql: /\A(date|datetime|decimal)/i}.freeze
      private_constant :INTEGER, :TEXT, :SAME

      # @param plan [Engine::Plan]
      # @return [Unseen]
      # @raise [ConfigurationError] with what to write instead
      def self.call(plan) = new(plan).call

      # @param plan [Engine::Plan] of a sink with a key, in any mode
      # @return [Unseen, nil] the sink in ranges of the source's cursor; nil where a range of the one is not known to be one of the
      #   other
      def self.ranges(plan) = new(plan).ranges

      # @param plan [Engine::Plan]
      def initialize(plan)
        @plan = plan
        @source = plan.source
        @sink = plan.sink
      end

      # @return [Unseen]
      # @raise [ConfigurationError] with what to write instead
      def call
        refuse_source
        refuse_replica
        refuse_number_in_parts
        refuse_order unless names.sort == @sink.key.sort
        refuse_assigned
        names.zip(@source.cursor) { |ours, theirs| refuse_unlike(ours, theirs) unless alike?(ours, theirs) }
        Unseen.new(@sink, @source, names)
      end

      # @return [Unseen, nil] see {.ranges}
      def ranges
        return unless names.sort == @sink.key.sort && assigning.nil?

        Unseen.new(@sink, @source, names) if names.zip(@source.cursor).all? { |ours, theirs| alike?(ours, theirs) }
      end

      private

      def refuse_source
        unless @source.respond_to?(:window)
          refuse("deletes what a read in the order of the sink's key has not seen, and rows of #{@source} come in no such order. Use mode :upsert, " \
            "or read them into a table first.")
        end
        refuse("reads and writes #{@source.table.name}: no row there could be missing. Use mode :update_only, or :delete.") if @sink.same_table?(@source)
        return unless @source.relation.limit_value || @source.relation.offset_value

        refuse("deletes what a complete read has not seen, and this source reads only so many rows (limit or offset). Leave that out, or use mode :upsert.")
      end

      def refuse_replica
        return unless @source.replica?

        refuse("deletes what a complete read has not seen, and a replica may lack rows that are committed. Read #{@source.table.name} where " \
          "it is written (without role:), or use mode :upsert.")
      end

      def refuse_number_in_parts
        return unless @plan.partitions > 1 && @sink.line.max_deletes.is_a?(Integer)

        refuse("may delete #{@sink.line.max_deletes} rows (max_deletes:), and partitions #{@plan.partitions} are so many runs, none of which knows what " \
          "the others delete. Write a share, as max_deletes: 0.2, which each keeps by itself, or leave partitions out.")
      end

      # The sink's columns, in the order of the source's cursor.
      def names = @names ||= @source.cursor.map { |name| renamed(name) }

      # Under which name the steps let a column of the source go on.
      def renamed(name)
        @plan.steps.reduce(name) { |known, step| (step.word == :rename) ? step.arguments[:names].fetch(known, known) : known }
      end

      def refuse_order
        refuse("writes #{@sink.table.name} by #{shown(@sink.key)} and reads #{@source.table.name} by #{shown(@source.cursor)}" \
          "#{", which the steps call #{shown(names)}" unless names == @source.cursor}: what is missing shows only where rows are read in the order of the " \
          "sink's key. Write: source ..., cursor: #{shown(@sink.key)} and sink ..., key: of the same columns, or use mode :upsert.")
      end

      def refuse_assigned
        step = assigning or return

        refuse("finds what was read by its key, and #{step.word} at #{step.at} changes #{(Flow::Outline.assigned_by(step) & names).join(", ")}. Leave it as " \
          "it is read, or use mode :upsert.")
      end

      # The step that gives one of them another value.
      def assigning = @plan.steps.find { |one| one.word != :rename && (Flow::Outline.assigned_by(one) & names).any? }

      # Whether a range of one is the same range of the other.
      def alike?(ours, theirs)
        one, other = @sink.table.column(ours), source_column(theirs)
        types = [one, other].map { |column| column.sql_type.to_s }
        return true if types.all? { |type| type.match?(INTEGER) }
        return texts_alike?(one, other) if types.all? { |type| type.match?(TEXT) }

        @sink.dialect == @source.dialect && types.uniq.one? && SAME[@sink.dialect]&.match?(types.first)
      end

      def texts_alike?(one, other)
        orders = [TextOrder.of(@sink.table, one.name), TextOrder.of(@source.table, other.name)].uniq
        orders.one? && (orders.first == TextOrder::BYTES || @sink.pool.equal?(@source.pool))
      end

      def source_column(name) = @source.columns.find { |column| column.name == name }

      def refuse_unlike(ours, theirs)
        one, other = @sink.table.column(ours), source_column(theirs)
        said = [[@source.table, other], [@sink.table, one]].map { |table, column| "#{table.name}.#{column.name} is #{order_of(table, column)}" }
        refuse("deletes in ranges of the key, and both tables have to sort it alike: #{said.join(", ")}. Write: change_column for both to one type" \
          "#{", with collation: #{binary.map(&:inspect).uniq.join(" or ")}" if [one, other].all? { |column| column.sql_type.to_s.match?(TEXT) }}, or use mode :upsert.")
      end

      def order_of(table, column)
        column.sql_type.to_s.match?(TEXT) ? "#{column.sql_type} sorted by #{TextOrder.of(table, column.name)}" : column.sql_type || "of no known type"
      end

      def binary = [@source, @sink].map { |side| {postgresql: "C", sqlite: "BINARY", mysql: "utf8mb4_0900_bin"}[side.dialect] }

      def shown(names) = names.map(&:to_sym).inspect

      def refuse(text) = raise(ConfigurationError, "#{Flow.label(@plan.flow.class)}: mode :mirror #{text}")
    end
  end
end
