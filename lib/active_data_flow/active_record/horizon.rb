# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Up to where `read :new` and `read :changed` may go: the cursor must not pass a place at which a row can still appear.
    # What proves that differs from database to database (protocols.md P12); what all share is here.
    class Horizon
      # How the reading may go on.
      #
      # upto:: Array, the last position that may be read; nil: nothing may be read now
      # kept:: Hash, JSON-safe, what the next run has to know; nil: nothing
      # note:: String, who holds the run back; nil: nobody
      Verdict = Data.define(:upto, :kept, :note)

      # Seconds that a run waits for those who write.
      PATIENCE = 2
      # Seconds between two looks: the first, and the longest.
      FIRST_PAUSE = 0.01
      LONGEST_PAUSE = 0.1
      # Columns in which rows have moments, not days: a row that changes twice in a day would be seen once.
      TIME = /\A(timestamp|datetime)/i
      private_constant :PATIENCE, :FIRST_PAUSE, :LONGEST_PAUSE, :TIME

      # @param source [SourceEnd]
      # @param read [Flow::ReadRule]
      # @return [Horizon, nil] nil for `read :all`, which every run begins anew
      # @raise [ConfigurationError] for an order in which new rows are not the last ones
      def self.of(source, read)
        return if read.kind == :all

        {postgresql: Postgresql::Horizon, mysql: Mysql::Horizon}.fetch(source.dialect, Sqlite::Horizon).new(source, read)
      end

      # @param source [SourceEnd]
      # @param read [Flow::ReadRule]
      def initialize(source, read)
        @source = source
        @read = read
        refuse_backwards
      end

      # @param after [Array, nil] the cursor's values
      # @param kept [Hash, nil] of the verdict before
      # @yieldreturn [Boolean] whether to give up waiting
      # @return [Verdict]
      def verdict(after, kept, &) = raise(NotImplementedError, "#{self.class}#verdict")

      # @return [String] for the plan
      def to_s = "what is #{@read.kind}#{", #{seconds_text(settle)} after it was written (settle)" if timed? && settle.positive?}"

      # @return [Array<String>] for the plan: what this reading can't see
      def notes = []

      private

      def settle = @read.settle.to_f

      # Whether rows are read along a moment: those of the last seconds are left for the next run.
      def timed? = @source.cursor_types.first.to_s.match?(TIME)

      # @return [String] SQL of the last position behind `after`: its columns, as the dialect wants them
      def last_sql(after, columns = @source.quoted_cursor)
        rows = @source.window(after, nil)
        rows = rows.where("#{@source.quoted_cursor.first} <= #{moment}") if timed?
        rows.reselect(*columns.map { |sql| Arel.sql(sql) }).reorder(Arel.sql(@source.order_sql(backwards: true))).limit(1).to_sql
      end

      # The database's moment, less what clocks may differ. It is taken before anything else is looked at.
      def moment
        @source.table.with_connection { |connection| connection.quote(Time.at(connection.select_value(now_sql).to_r).utc - settle) }
      end

      # Until the block is content.
      # @param stop [Proc] asked each time
      # @return [Boolean] whether it was
      def wait(seconds, stop)
        deadline = now + seconds
        pause = FIRST_PAUSE
        until yield
          return false if now >= deadline || stop&.call

          sleep [pause, deadline - now].min.clamp(0, LONGEST_PAUSE)
          pause = [pause * 2, LONGEST_PAUSE].min
        end
        true
      end

      def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

      def refuse_backwards
        name = @source.cursor.zip(@source.directions).find { |_, direction| direction == :desc }&.first or return
        refuse("read :#{@read.kind} goes on behind the last run's cursor, and by #{name} desc what is new stands before it. Write: order: :asc")
      end

      def refuse(text) = raise(ConfigurationError, "#{@source.label}: #{text}")

      def seconds_text(seconds) = "#{(seconds % 1).zero? ? seconds.to_i : seconds} s"
    end
  end
end
