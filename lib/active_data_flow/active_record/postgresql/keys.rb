# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Where the values of a source's first cursor column come from: only those of a sequence are taken under the table's
      # lock. What else there is to know of a source, asked of the catalog.
      class Keys
        # Values that are anywhere: what is new may stand before the cursor.
        RANDOM = /gen_random_uuid|uuid_generate_v4|random\(/
        # The moment at which the transaction began, which may be long ago.
        BEGINNING = /\A\(?(now\(\)|CURRENT_TIMESTAMP|transaction_timestamp\(\)|LOCALTIMESTAMP)/i
        KINDS = {"v" => "a view", "m" => "a materialized view", "f" => "a foreign table"}.freeze
        private_constant :RANDOM, :BEGINNING, :KINDS

        # @param source [SourceEnd]
        def initialize(source)
          @source = source
          @name = source.table.name
          @column = source.cursor.first
          @facts = source.table.remembered([:keys, @column]) { ask }
        end

        # @return [Boolean] whether those who write can be seen by their locks
        def locks? = !replica? && !KINDS.key?(@facts["relkind"]) && !subscribed?

        # @return [Boolean]
        def random? = @facts["expression"].to_s.match?(RANDOM)

        # @return [Boolean] whether values get smaller
        def falling? = @facts["seqincrement"].to_i.negative?

        # @return [String] the column's default
        def expression = @facts["expression"]

        # @return [String, nil] why a row can come behind the cursor in spite of the locks; nil when it cannot
        def doubt
          return "this server is a replica, where nobody sees who writes" if replica?
          return "#{@name} is #{KINDS[@facts["relkind"]]}" if KINDS.key?(@facts["relkind"])
          return "the rows of #{@name} come by a subscription, with keys of another server" if subscribed?
          return "#{@source} is a query of more than #{@name}" unless @source.plain?

          doubt_of_sequence
        end

        # @return [String, nil] the same for a column of moments
        def doubt_of_time
          return unless expression.to_s.match?(BEGINNING)

          "#{@column} is #{expression} where nobody sets it: the moment a transaction began. Rows of transactions that last longer than settle are not seen; clock_timestamp() is the row's own moment"
        end

        private

        def replica? = @facts["replica"]

        def subscribed? = @facts["subscribed"]

        def doubt_of_sequence
          sequence = @facts["sequence"]
          return "values of #{@column} are made outside the database, or by no sequence" if sequence.nil?
          return "the sequence #{sequence} gives each session #{@facts["seqcache"]} values beforehand (CACHE), which are used later" if @facts["seqcache"].to_i > 1

          "the sequence #{sequence} begins again at its end (CYCLE)" if @facts["seqcycle"]
        end

        def ask
          @source.table.with_connection do |connection|
            connection.select_one(format(FACTS, table: connection.quote(@source.table.quoted_name), column: connection.quote(@column)), "ActiveDataFlow keys")
          end
        end

        # The sequence is that of an identity column, or what a default takes its next value from, as it is.
        FACTS = <<~SQL
          SELECT c.relkind, pg_is_in_recovery() AS replica, EXISTS (SELECT 1 FROM pg_subscription_rel r WHERE r.srrelid = c.oid) AS subscribed,
            pg_get_expr(d.adbin, d.adrelid) AS expression, s.seqrelid::regclass::text AS sequence, s.seqincrement, s.seqcache, s.seqcycle
          FROM pg_class c
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = %<column>s
          LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
          LEFT JOIN pg_sequence s ON s.seqrelid = COALESCE(
            (SELECT p.objid FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
               AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i' LIMIT 1),
            (SELECT p.refobjid FROM pg_depend p JOIN pg_sequence q ON q.seqrelid = p.refobjid WHERE p.classid = 'pg_attrdef'::regclass
               AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%' LIMIT 1))
          WHERE c.oid = %<table>s::regclass
        SQL
        private_constant :FACTS
      end
    end
  end
end
