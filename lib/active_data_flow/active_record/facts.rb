# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # What a database has said of one of its tables: remembered by the process, beside a mark that is another one as soon as
    # somebody has altered the table, in whatever process and by whatever means. Asking for the mark is cheap, and can be a
    # part of another statement.
    class Facts
      # SQLite counts what is altered in the file.
      SQLITE = "SELECT schema_version FROM pragma_schema_version"
      # Each entry of the catalog that says something of the table, by who wrote it.
      POSTGRESQL = <<~SQL.gsub(/\s+/, " ").strip
        SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
          SELECT c.oid || c.relkind::text || pg_is_in_recovery() || EXISTS (SELECT 1 FROM pg_subscription_rel r WHERE r.srrelid = c.oid) AS part
            FROM pg_class c WHERE c.oid = to_regclass(%<table>s)
          UNION ALL SELECT 'a' || attnum || ' ' || xmin FROM pg_attribute WHERE attrelid = to_regclass(%<table>s) AND attnum > 0
          UNION ALL SELECT 'i' || indexrelid || ' ' || xmin FROM pg_index WHERE indrelid = to_regclass(%<table>s)
          UNION ALL SELECT 'd' || oid || ' ' || xmin FROM pg_attrdef WHERE adrelid = to_regclass(%<table>s)
          UNION ALL SELECT 's' || s.seqrelid || ' ' || s.xmin FROM pg_depend p JOIN pg_sequence s ON s.seqrelid = p.objid
            WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = to_regclass(%<table>s)
          UNION ALL SELECT 'n' || s.seqrelid || ' ' || s.xmin FROM pg_attrdef d JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
            JOIN pg_sequence s ON s.seqrelid = p.refobjid WHERE d.adrelid = to_regclass(%<table>s)) parts
      SQL
      private_constant :SQLITE, :POSTGRESQL

      @known = {}.compare_by_identity
      @lock = Mutex.new

      class << self
        # @param table [Table]
        # @return [Facts, nil] nil where no mark can be had
        # @yieldparam facts [Facts] where there were none
        def of(table)
          return unless %i[sqlite postgresql].include?(table.dialect)

          pool = table.pool
          @lock.synchronize { @known.dig(pool, table.name) } || new(pool, table).tap do |facts|
            @lock.synchronize { (@known[pool] ||= {})[table.name] = facts }
            yield facts
          end
        end

        # @private
        def forget(facts)
          @lock.synchronize { @known[facts.pool]&.delete_if { |_name, known| known.equal?(facts) } }
        end
      end

      # @return [Object]
      attr_reader :pool
      # @return [String] of the table
      attr_reader :name
      # @return [String] as it was before the first answer
      attr_reader :mark

      # @param pool [::ActiveRecord::ConnectionAdapters::ConnectionPool]
      # @param table [Table]
      def initialize(pool, table)
        @pool = pool
        @name = table.name
        @dialect = table.dialect
        @quoted_name = table.quoted_name
        @answers = {}
        @mark = pool.with_connection { |connection| connection.select_value("SELECT (#{sql(connection)})", "SCHEMA") }.to_s
      end

      # @param what [Object]
      # @yield asks the database
      # @return [Object] the answer, now or before
      def fetch(what) = @answers.fetch(what) { @answers[what] = yield }

      # @param connection of ActiveRecord
      # @return [String] a query for the mark, as it is now
      def sql(connection) = (@dialect == :sqlite) ? SQLITE : format(POSTGRESQL, table: connection.quote(@quoted_name))

      # Who comes next asks anew.
      def forget = self.class.forget(self)
    end
  end
end
