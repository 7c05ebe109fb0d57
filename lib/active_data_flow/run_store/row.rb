# frozen_string_literal: true

require "json"
require_relative "columns"
require_relative "../errors"

module ActiveDataFlow
  module RunStore
    # One run as it was when it was read: a reader for each column, and for what comes with it of its flow: the name; with a
    # last commit its status; with a claim what the reading of all its arguments has left. Frozen.
    class Row
      NAMES = [:id, *Columns::RUNS.keys, :created_at, :updated_at, :flow_name, :flow_status, :read_states].freeze
      # Readers that look like methods every object has would surprise; there are none of those among the columns.
      NAMES.each { |name| define_method(name) { @values[name] } }

      # @param values [Hash{Symbol => Object}]
      def initialize(values)
        @values = values.freeze
        freeze
      end

      # @return [Object] the column's value
      def [](name) = @values[name]

      # @return [Row] with these columns changed
      def with(**changes) = self.class.new(@values.merge(changes))

      # @return [Hash{Symbol => Object}]
      def to_h = @values

      # @return [Boolean] whether nothing is left to do
      def finished? = %w[success failed cancelled].include?(status)

      # @return [Boolean] whether it is a part of another run
      def part? = !part.nil?

      # @return [Boolean] whether it was split: its parts are carried over, and nobody claims it
      def split? = !part_count.nil?

      # @return [Boolean] whether a person stopped it, and no worker is at it any more
      def paused? = !finished? && stop_requested == "pause" && (token.nil? || lease_until < Time.now)
    end

    # A run as this worker holds it, since its claim or its last commit. Only the newest one can commit.
    class Claim < Row
      # @return [Boolean] whether this claim counted a death: of the worker that had the run before
      def died? = deaths > 0 && !prev_token.nil?

      # @return [Array<Integer>] moments of deaths that were remembered, in microseconds since the epoch
      def deaths_us = death_times ? JSON.parse(death_times) : []

      # @param more [Hash{Symbol => Integer}] counters
      # @return [Hash{Symbol => Integer}] all that there are, with those added
      def totals(more = {}) = Columns::COUNTERS.to_h { |name| [name, self[:"rows_#{name}"] + more.fetch(name, 0)] }

      # @return [String] for messages
      def to_s = "#{flow_name || "flow #{data_flow_id}"} run #{id}#{" (part #{part} of run #{parent_run_id})" if part?}"
    end

    # What became of a commit whose end nobody saw.
    # `what` is :committed, :not_committed (and never will be), :lost (another worker has the run), or :unreached (the
    # database did not answer in time). `claim` is what to go on with after the first two; nil when the run is finished.
    Outcome = Data.define(:what, :claim) do
      def committed? = what == :committed

      def not_committed? = what == :not_committed

      def lost? = what == :lost

      def unreached? = what == :unreached
    end

    # The run that was to be cancelled for a new one has a worker.
    class AtWork < Error
      # @return [Row] as it is
      attr_reader :row

      # @param row [Row]
      def initialize(row)
        @row = row
        super("run #{row.id} has a worker, #{row.owner}")
      end
    end

    # Before a start goes on with one, runs of the same arguments have ended whose flow was not told.
    class Owing < Error
      # @return [Array<Row>]
      attr_reader :rows

      # @param rows [Array<Row>]
      def initialize(rows)
        @rows = rows
        super("of #{rows.size} runs the flow was not told: #{rows.map(&:id).join(", ")}")
      end
    end

    # A person has made the flow inactive, and was not to be passed over.
    class Inactive < Error
      # @param name [String] of the flow
      def initialize(name) = super("the flow #{name} is inactive")
    end

    # Another run of the same flow and arguments is at work.
    class AlreadyRunning < Error; end

    # The slot of the group is taken; there may be others.
    class SlotTaken < Error; end
  end
end
