# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Finds the run that a start goes on with, or makes one, and lets this process carry it over.
    class Start
      # @param flow [Base]
      # @param restart [Boolean]
      # @param progress [#call, nil] called with the {Run} after each commit
      def initialize(flow, restart: false, progress: nil)
        @flow = flow
        @restart = restart
        @progress = progress
        make_plan
      end

      # @return [RunStore::Base]
      attr_reader :store

      # @return [Run]
      # @raise [Error] when a run of the same arguments is paused, or is to be cancelled and has a living worker
      # @raise [DefinitionChanged]
      def call
        @plan.sinks.refuse_halfway(@plan.label, @store)
        row = row_to_go_on_with(owing: true)
        refuse_paused(row) if row.paused?
        row = begin_again(row) if other_definition?(row)
        return Parts.new(@flow, @store, row, progress: @plan.progress).call if row.split?

        @flow._run_as(Run.new(@store, row))
        Attempt.new(@plan, @store, row).call
      rescue RunStore::AtWork => at_work
        turn.pass(at_work.row)
        Run.new(@store, at_work.row)
      end

      # Lets this process carry a run over that is there already, as a job does. What is owed to other runs' callbacks is
      # left to the sweep, and what other workers have to them.
      # @param row [RunStore::Row]
      # @param context [Context]
      # @return [Symbol] (see Attempt#ending)
      # @raise [DefinitionChanged]
      # @raise whatever ended the run
      def resume(row, context)
        return :over if row.finished? || row.stop_requested

        verify
        @plan.sinks.refuse_halfway(@plan.label, @store)
        row = begin_again(row) if other_definition?(row)
        return Parts.hand_out(@flow, @store, row) if row.split?

        @flow._run_as(Run.new(@store, row))
        Attempt.new(@plan, @store, row, context).tap(&:call).ending
      rescue RunStore::AtWork
        :busy
      end

      # Asks the store for the flow's run, and once more where tables have been altered since another start looked at them: the
      # store's database says so in the statement by which starts take turns. Also where a run is to be made that is read in
      # parts: where it is cut says the source, which may take its time, so it is asked between two turns, and for no other run.
      # @param restart [Boolean] a new run begins at the first row, whatever the last one has read
      # @yieldparam entry [Hash{Symbol => Object}] what the store needs to know of a run that it is to make
      # @return [Object] what the block returned
      def ask(restart: @restart)
        splits = {}
        begin
          yield(entry(restart, splits)).tap { @verified = true }
        rescue Premises::Outdated
          make_plan
          retry
        rescue Partition::Unsplit => run
          splits.replace(behind(run.last) => split(run.last))
          retry
        end
      end

      # @return [Turn] what is said of a run that somebody else has
      def turn = @turn ||= Turn.new(@plan, @store)

      private

      def make_plan
        @plan, @premises = Premises.of { |premises| Plan.new(@flow, premises) }
        @plan.progress = @progress
        @store = RunStore.for(@plan.sink)
        @plan.authority(@store)
        @premises.verify(but: @store.pool)
        @verified = false
      rescue Premises::Outdated
        retry
      end

      # Where no start was asked for.
      def verify
        @premises.verify unless @verified
      rescue Premises::Outdated
        make_plan
        retry
      end

      def entry(restart, splits)
        arguments = @flow.arguments
        {flow_name: @flow.class.flow_name, arguments:, digest: Flow::Arguments.digest(arguments), **beginning(restart, splits), **to_confirm}
      end

      def to_confirm = {premises: @store.pool && @premises.in(@store.pool)}.compact

      def row_to_go_on_with(restart: @restart, owing: false)
        ask(restart:) { |entry| Lasting.call(@store) { @store.find_or_create(restart:, owing:, **entry) } }
      rescue RunStore::Owing => others
        tell(others.rows)
        row_to_go_on_with(restart:)
      rescue RunStore::AtWork => at_work
        retry if turn.await(at_work.row)
        @restart ? turn.refuse(at_work.row) : raise
      end

      # A process that died between a run's last commit and its callbacks has left these to whoever comes next.
      def tell(rows) = rows.each { |row| Callbacks.new(@flow, @store, Run.new(@store, row)).call }

      # A run of `:all` begins at the first row; the others behind what the last one has read. Where its cursor belongs to
      # another definition the new run says so, and is refused as an old one would be.
      def beginning(restart, splits)
        afresh = restart || @plan.read.kind == :all
        return {beginning: ->(last) { in_parts((last unless afresh), splits) }} if @plan.partitions > 1

        afresh ? {fingerprint: @plan.fingerprint} : {beginning: ->(last) { behind(last) }}
      end

      # As long as no other run has moved the cursor meanwhile.
      def in_parts(last, splits) = splits.fetch(behind(last)) { raise Partition::Unsplit.new(last) }

      # Of tables as they are now.
      def split(last)
        verify
        behind = behind(last)
        ranges = Partition.new(@plan, @store).ranges(last) if behind[:fingerprint] == @plan.fingerprint
        {**behind, ranges:}.compact
      end

      def behind(last)
        fingerprint = @plan.fingerprint
        moved = last&.cursor && Fingerprint.moved?(last.fingerprint, fingerprint)
        {cursor: last&.cursor, fingerprint: moved ? last.fingerprint : fingerprint}
      end

      # A cursor means nothing in another source or another order: `:all` starts over, the others have no beginning.
      def other_definition?(row)
        return false if !Fingerprint.moved?(row.fingerprint, @plan.fingerprint)
        parted = row.split? || row.part?
        return true if @plan.read.kind == :all || (row.cursor.nil? && !parted)

        @store.cancel(row.id) if row.fence.zero? && !parted # it has read nothing yet, and nothing is to find it later
        raise DefinitionChanged, "#{@plan.label} stopped #{row.cursor ? "at #{@plan.place(row.cursor)}" : "in its parts"}, and its source, cursor or key is another one since. " \
          "read :#{@plan.read.kind} cannot say where to go on. Write: run_now(restart: true) to begin at the first row."
      end

      def begin_again(row)
        Operations.logger.info("#{@plan.label}: source, cursor or key is another one since run #{row.id}; it starts over")
        row_to_go_on_with(restart: true)
      end

      def refuse_paused(row)
        since = row.stop_requested_at&.strftime(" since %H:%M")
        raise Error, "#{@plan.label} is paused#{" at #{@plan.place(row.cursor)}" if row.cursor}#{since}. resume! goes on, cancel! ends it."
      end
    end
  end
end
