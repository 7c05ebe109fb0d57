# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # The parts of a run that was split: here one after the other, in a queue as jobs of their own. One that fails keeps none of
    # the others from its work.
    class Parts
      class << self
        # After a part: whoever ends the last one ends the whole run, and calls its callbacks.
        # @param flow [Base]
        # @param store [RunStore::Base]
        # @param part [Run]
        # @return [void]
        def after(flow, store, part)
          finish(flow, store, part.parent_id) if part.finished?
        end

        # @param flow [Base]
        # @param store [RunStore::Base]
        # @param run_id [Integer] of the whole run
        # @return [void]
        def finish(flow, store, run_id)
          return unless Lasting.call(store) { store.end_split(run_id) }

          Callbacks.new(flow, store, Run.new(store, Lasting.call(store) { store.find(run_id) })).call
        end

        # What a job does with the whole run: it has the parts enqueued, by one call of the adapter. Where none is left to do,
        # whoever did the last one died before he had ended the whole.
        # @param flow [Base]
        # @param store [RunStore::Base]
        # @param row [RunStore::Row]
        # @return [Symbol] :in_parts
        def hand_out(flow, store, row)
          left = store.to_carry_over(row)
          left.any? ? Outbox.dispatch(store, left) : finish(flow, store, row.id)
          :in_parts
        end
      end

      # @param flow [Base]
      # @param store [RunStore::Base]
      # @param row [RunStore::Row] of the whole run
      # @param progress [#call, nil] called with the whole {Run} after each commit
      def initialize(flow, store, row, progress: nil)
        @flow = flow
        @store = store
        @row = row
        @progress = progress
        @error = nil
      end

      # Carries over what nobody else is at.
      # @return [Run] the whole one
      # @raise what has ended the first of the parts that failed here
      def call
        @store.to_carry_over(@row).each { |part| break if carry_over(part) == :interrupted }
        Parts.finish(@flow, @store, @row.id)
        raise @error if @error

        run
      end

      private

      def run = Run.new(@store, Lasting.call(@store) { @store.find(@row.id) })

      # What people or others have done meanwhile, is seen by who looks now.
      # @return [Symbol, nil] (see Attempt#ending)
      def carry_over(part)
        part = Lasting.call(@store) { @store.find(part.id) }
        return if part.nil? || part.finished? || part.stop_requested

        @flow._run_as(Run.new(@store, part))
        Attempt.new(plan, @store, part).tap(&:call).ending
      rescue => error
        Operations.logger.error("#{Flow.label(@flow.class)}: part #{part.part} of run #{@row.id} failed: #{Shown.error(error)}") if part
        @error ||= error
        nil
      end

      # Each part has one of its own: it says up to where the source is read.
      def plan
        Plan.new(@flow).tap { |plan| plan.progress = @progress && ->(_part) { @progress.call(run) } }
      end
    end
  end
end
