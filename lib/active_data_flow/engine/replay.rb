# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Rows that were put aside, on their way once more: from the row as it was read (or as somebody has mended it) through all
    # steps into the sink, each in a commit of its own, in which it is also noted as replayed.
    class Replay
      # Whatever the flow does with bad rows: this one is put aside already.
      RULE = Flow::ErrorRule.new(policy: :quarantine, budget: nil)
      private_constant :RULE

      # @param store [RunStore::Base]
      # @param run_id [Integer] that the rows were put aside in
      # @yieldparam replay [Replay]
      # @return [Object] what the block returned
      # @raise [Error] when the run was deleted
      # @raise [ConfigurationError] where the flow could not run
      def self.of(store, run_id)
        row = store.find(run_id) || raise(Error, "run #{run_id} is gone from its store, and so is what its rejects would be replayed by")
        replay = new(Flow::Arguments.restore(Flow::Registry.fetch(row.flow_name), row.arguments || {}), store, row)
        yield replay
      ensure
        replay&.close
      end

      # @param flow [Base]
      # @param store [RunStore::Base]
      # @param row [RunStore::Row] of the run
      def initialize(flow, store, row)
        @flow = flow._run_as(Run.new(store, row))
        @store = store
        @row = row
        @plan = Plan.new(flow)
        @gathering = Gathering.new
        @plan.sinks.each { |member| refuse_sequence(member.sink) if member.checkpoints? }
        @plan.sinks.refuse_halfway(@plan.label, store)
      end

      # @param reject [Run::Reject] as it is now
      # @return [Hash{Symbol => Object}, nil] nil when its row is in the sink; else why it is not, by the reject's columns
      # @raise [Error] when a run of the same flow and arguments is at work, and when it was discarded
      def call(reject)
        return settled(reject) unless reject.open?

        reason = unfit(reject)
        reason ? {reason:} : carry_over(reject)
      rescue RunStore::AtWork
        raise Error, "#{@plan.label} is at work. A reject is replayed when no run of the same arguments is; nothing was written."
      end

      # Ends what the sink has opened.
      def close = @plan.close

      private

      # Behind the last checkpoint is nothing, or the end of a file that has its name already.
      def refuse_sequence(sink)
        raise ConfigurationError, "#{@plan.label}: #{sink} is written from its beginning to its end, so no row of run #{@row.id} can come later. " \
          "Mend the rows in the source, and run the flow again."
      end

      # Who came first has replayed it, or somebody has discarded it.
      def settled(reject)
        return if reject.replayed?

        raise Error, "reject #{reject.id} of run #{@row.id} is #{reject.status} and was not replayed; only an open one can be"
      end

      def carry_over(reject)
        aside = Aside.new(@plan, rule: RULE)
        portion = RowsPath::Portion.new(page(reject), @plan, transformation)
        content = portion.content # before the steps: they may leave other columns
        why = prepare(portion, aside)
        return refused(reject, why) if why

        case commit(reject, portion, content, aside)
        when :refused then refused(reject, aside.entries.first.to_h)
        when :settled then settled(reject.reload)
        end
      end

      # @return [Hash, nil] why it goes no further: also where a step or the sink names a column that a mended row does not bring
      def prepare(portion, aside)
        portion.prepare(aside)
        aside.entries.first&.to_h
      rescue ArgumentError, ConfigurationError => error
        {reason: error.message, stage: "transform", error_class: error.class.name, column_name: nil}
      end

      # A sink outside of the transaction can tell by the key that it has the row already.
      def commit(reject, portion, content, aside)
        keyed = @plan.sinks.map(&:sink).select { |sink| sink.respond_to?(:batch_key=) }
        keyed.each { |sink| sink.batch_key = "reject-#{reject.id}-#{content}" }
        @plan.authority(@store).replay(@row, reject.id, content) do |connection|
          @plan.writing(connection) { |sink| portion.write(sink, aside) }
          aside.entries.empty?
        end
      end

      def refused(reject, why)
        why = why.slice(:reason, :stage, :error_class, :column_name)
        @store.change_reject(reject.id, **why)
        why
      end

      # @return [String, nil] why there is nothing to be tried
      def unfit(reject)
        return "#{reject.reason.to_s.delete_suffix(".")}. It could not be read, so there is no row to replay. Write: reject.update!(row: {...})" if reject.stage == "read"
        return "run #{@row.id} goes on before this row, and reads it again: its batch was not committed" unless committed?(reject)

        strange(reject)
      end

      # Those of commits are the first ones. Of a run that has succeeded all are.
      def committed?(reject)
        return true if @row.status == "success"

        @committed ||= @store.rejects(@row.id).first(@row.rows_rejected).to_set { |values| values[:id] }
        @committed.include?(reject.id)
      end

      # A table's rows have the table's columns.
      def strange(reject)
        known = @plan.source.columns&.map(&:name) or return
        given = reject.row.keys
        more, missing = given - known, known - given
        return if more.empty? && missing.empty?

        what = [("has #{more.join(", ")}" if more.any?), ("lacks #{missing.join(", ")}" if missing.any?)].compact.join(" and ")
        "the row #{what}; rows of #{@plan.source} have #{known.join(", ")}"
      end

      def transformation = @transformation ||= @plan.transformation

      # One row, at the place where it was read.
      def page(reject)
        names = @plan.source.columns&.map(&:name) || reject.row.keys
        batch, misfits = @gathering.call(Hand::Taken.new(rows: [reject.row], names:, lacking: reject.lacking))
        Page.new(batch:, misfits:, lacking: reject.lacking, upto: reject.position, last: true, positions: ->(_row) { reject.position })
      end
    end
  end
end
