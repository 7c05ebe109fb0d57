# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # Runs that were split (protocols.md P13). The whole run and its parts come to be in one transaction, the whole one `in_progress`
    # from the start: nobody claims it, its parts are carried over, each as a run is. A commit of a part touches that part's
    # row alone; what the whole run has done is a question about its parts.
    #
    # `ranges` of {Base#find_or_create} and {Dispatching#enqueue}: an Array of two positions for each part, as they are stored. It
    # begins behind the first and ends at the second; nil leaves it open. People's `pause`, `resume` and `cancel` of the whole
    # run reach its parts.
    module Parting
      # @param run_id [Integer] of a whole run
      # @return [Array<Row>] its parts, in the order of their ranges; none where it was not split
      def parts(run_id) = abstract

      # Ends a run that was split, if all of its parts have ended: with success if all of them have, else with the error of the
      # first that failed, else cancelled. Whoever ends a part asks for it, in a statement of its own, and so does the sweep.
      # @param run_id [Integer]
      # @return [Boolean] true for the one whose call it was
      def end_split(run_id) = abstract

      # @return [Array<Row>] runs that were split, that have not ended, and all of whose parts have
      def over(limit: 100) = abstract

      # @param row [Row]
      # @return [Array<Row>] what workers have to carry over of it: the run, or what is left of its parts
      def to_carry_over(row) = row.split? ? parts(row.id).reject(&:finished?) : [row]

      private

      # @return [Symbol, nil] how a run ends whose parts are these; nil when it does not yet
      def ending_of(parts)
        return if parts.empty? || !parts.all?(&:finished?)
        return :success if parts.all? { |part| part.status == "success" }

        (parts.any? { |part| part.status == "failed" }) ? :failed : :cancelled
      end

      # @return [Hash] the error of the first part that failed
      def error_of(parts)
        failed = parts.find { |part| part.status == "failed" }
        %i[error_class error_message error_backtrace].to_h { |name| [name, failed[name]] }
      end

      # What a whole run has from its ranges. `read :new` goes on behind its upper bound.
      def split_in(ranges) = {status: "in_progress", part_count: ranges.size, range_upto: ranges.last.last}

      # What a part has of its own.
      def part_in(row, range, number)
        {parent_run_id: row.id, part: number, cursor: range.first, range_from: range.first, range_upto: range.last}
      end
    end
  end
end
