# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # The words that run a flow, and those that look at what it would do. Keywords that are not theirs are arguments.
    module Running
      # Runs the flow here and now, to its end. Goes on with the last failed or abandoned run of the same arguments.
      # @param restart [Boolean] begin at the first row instead; the unfinished run is cancelled. While a living worker is
      #   at it, that raises; with `on_conflict :wait` the worker is told, and its end waited for
      #
      #   OrderExportFlow.run_now { |run| puts "#{run.counts[:read]} rows, at #{run.cursor}" }
      #
      # @param arguments [Hash] of the flow
      # @yieldparam run [Run] as it is after each commit, the last one too: for a progress bar. What the block raises ends
      #   the run as an error of the flow's own does; the next one goes on after that commit
      # @return [Run]
      # @raise [Error] when a run of the same arguments is paused, or is to be cancelled and at work
      # @raise whatever a block of the author's raised, after it was recorded
      def run_now(restart: false, **arguments, &progress) = new(**arguments).run(restart:, &progress)

      # Has the flow run by a job, as soon as the transaction has committed that is open here; a rollback leaves no run.
      #
      #   run = ContactImportFlow.enqueue_now(upload:)
      #
      # @param arguments [Hash] of the flow
      # @return [Run] an unfinished run of the same arguments as it is, else a new one
      # @raise [ConfigurationError] where there is no queue, and where a run would
      def enqueue_now(**arguments)
        refuse_restart(arguments)
        new(**arguments).enqueue
      end

      # The same later: the sweep enqueues the job when the time has come.
      # @param wait [Numeric, ActiveSupport::Duration] seconds
      # @param (see #enqueue_now)
      # @return (see #enqueue_now)
      # @raise (see #enqueue_now)
      def enqueue_later(wait:, **arguments)
        refuse_restart(arguments)
        new(**arguments).enqueue(wait:)
      end

      # @param arguments [Hash] of the flow
      # @return [Engine::Plan] what a run would do; `to_s` names ends, steps and the path that rows take
      # @raise [ConfigurationError] where a run would
      def plan(**arguments) = Engine::Plan.new(new(**arguments)).tap(&:authority)

      # What the first rows would become. Nothing is written.
      # @param rows [Integer] at least 1
      # @return [Array<Engine::Preview::Entry>] with `before` and `after`
      # @raise [ArgumentError] for any other number of rows
      def preview(rows: 20, **arguments) = Engine::Preview.new(new(**arguments)).first(rows)

      # Sends rows through the steps, without source and sink.
      # @param rows [Array<Hash>]
      # @return [Array<Hash{Symbol => Object}>] those that came through
      # @raise whatever a block raised; {RowError} for a row that a step could not take
      def test(rows, **arguments) = Engine::Preview.new(new(**arguments)).through(rows)

      # @param limit [Integer, nil] how many at most; nil for all that are kept
      # @return [Array<Run>] its runs, of whatever arguments, newest first
      # @raise [ArgumentError] for any other limit
      def runs(limit: nil)
        bounded = limit.is_a?(Integer) && limit.positive?
        raise ArgumentError, "#{Flow.label(self)}: runs gives at least one, not limit: #{limit.inspect}. Write: runs(limit: 10)" unless bounded || limit.nil?

        store = RunStore.of(self)
        store.runs(flow_name, limit:).map { |row| Run.new(store, row) }
      end

      # @return [Array<Run::Reject>] the rows that were put aside, of all its runs, oldest first
      def rejects = runs.reverse.flat_map(&:rejects)

      # Replays those that are open, of all its runs.
      # @return (see Run#replay_rejects)
      # @raise (see Run::Reject#replay)
      def replay_rejects
        none = {replayed: 0, open: 0}
        runs.reverse.map(&:replay_rejects).reduce(none) { |sum, counts| sum.merge(counts) { |_name, one, other| one + other } }
      end

      private

      def refuse_restart(arguments)
        return if !arguments.key?(:restart) || attribute_definitions.key?(:restart)

        raise ArgumentError, "#{Flow.label(self)}: a job goes on with the unfinished run of its arguments; restart: is for run_now alone. " \
          "Write: run_now(restart: true), or cancel! the unfinished run and enqueue another."
      end
    end
  end
end
