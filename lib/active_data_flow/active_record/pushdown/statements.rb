# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # The statements of one window. A subclass is a database.
      class Statements
        # @param path [Pushdown]
        # @return [Statements]
        def self.for(path) = ((path.sink.dialect == :postgresql) ? OnPostgresql : OnSqlite).new(path)

        # @param path [Pushdown]
        def initialize(path)
          @path = path
          @target = path.target
        end

        # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter] inside the transaction
        # @param after [Array, nil] a position
        # @param upto [Array] a position
        # @return [Hash{Symbol => Integer}] counters
        def run(connection, after, upto) = raise(NotImplementedError, "#{self.class}#run")

        # @param after (see #run)
        # @param upto [Array, nil] a position; nil: to the end
        # @return [String] SQL: the window's rows as the sink takes them
        def page(after, upto) = page_sql(after, upto)

        private

        # The same.
        def page_sql(after, upto, guard: nil)
          columns = @path.expressions.zip(@target.column_list).map { |sql, name| ::Arel.sql("#{sql} AS #{name}") }
          rows = @path.joined(after, upto).reselect(*columns)
          [@path.condition, guard].compact.reduce(rows) { |some, condition| some.where("(#{condition})") }.to_sql
        end

        def window_count(connection, after, upto)
          connection.select_value(@path.window(after, upto).reselect(::Arel.sql("count(*)")).to_sql, "ActiveDataFlow window").to_i
        end

        def counters(read:, selected:, new:, updated:, matched: nil)
          written = case @target.mode
          when :insert, :insert_only then {new:, updated: 0, unchanged: 0, skipped: selected - new}
          when :update_only then {new: 0, updated:, unchanged: matched - updated, skipped: selected - matched}
          when :delete then {new: 0, updated: 0, unchanged: selected - matched, skipped: 0, deleted: matched}
          else {new:, updated:, unchanged: selected - new - updated, skipped: 0}
          end
          {read:, filtered: read - selected, rejected: 0, deleted: 0, **written}
        end
      end

      # One statement reads, compares, writes and counts.
      class OnPostgresql < Statements
        def initialize(path)
          super
          @merge = Postgresql::Merge.new(@target)
          @mostly_new = false
          @straight = nil
          @nameless = Guard.nameless(path)
        end

        # (see Statements#run)
        def run(connection, after, upto)
          refuse_nameless(connection, after, upto) if @nameless
          straight(connection, after, upto) || merged(connection, after, upto)
        end

        private

        def refuse_nameless(connection, after, upto)
          found = connection.select_value(@path.window(after, upto).where(@nameless).reselect(::Arel.sql("1")).limit(1).to_sql, "ActiveDataFlow window")
          raise ::ActiveRecord::NotNullViolation, "a row's key is NULL" if found
        end

        # Into an empty table, as long as nobody else fills it.
        def straight(connection, after, upto)
          @straight = %i[insert upsert].include?(@target.mode) && (@target.mode == :insert || empty?(connection)) if @straight.nil?
          return unless @straight

          new = Whole.savepoint(connection) { connection.update(insert(after, upto), "ActiveDataFlow pushdown") }
          read = @path.filters? ? window_count(connection, after, upto) : new
          counters(read:, selected: new, new:, updated: 0)
        rescue ::ActiveRecord::RecordNotUnique
          raise if @target.mode == :insert

          @straight = false
          nil
        end

        def empty?(connection) = connection.select_value("SELECT NOT EXISTS (SELECT 1 FROM #{@target.table})", "ActiveDataFlow")

        def insert(after, upto)
          names = [*@target.column_list, *@target.created_list].join(", ")
          return "INSERT INTO #{@target.table} (#{names}) #{page_sql(after, upto)}" if @target.created_list.empty?

          "INSERT INTO #{@target.table} (#{names}) SELECT p.*#{@target.created_values.map { |value| ", #{value}" }.join} FROM (#{page_sql(after, upto)}) p"
        end

        def merged(connection, after, upto)
          page = "adf_page AS MATERIALIZED (#{page_sql(after, upto)})"
          sql = @merge.sql("adf_page", with: page, extra: ["(SELECT count(*) FROM adf_page) AS selected"], mostly_new: @mostly_new)
          row = connection.select_one(sql, "ActiveDataFlow pushdown")
          new, updated, matched, selected = row.values_at("new", "updated", "matched", "selected").map(&:to_i)
          @mostly_new = new > selected / 2
          counters(read: @path.filters? ? window_count(connection, after, upto) : selected, selected:, new:, updated:, matched:)
        end
      end
    end
  end
end
