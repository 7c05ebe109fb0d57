# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Mysql
      # InnoDB: who has written a row and not committed it holds its lock, so a range that can be locked at once has no
      # open writer in it.
      class Horizon < ActiveRecord::Horizon
        # @param after [Array, nil] a position
        # @return [Verdict]
        # @raise [Error] inside a transaction that sees nothing new
        def verdict(after, _kept, &stop)
          refuse_old_snapshot
          upto = @source.table.with_connection { |connection| connection.select_rows(last_sql(after), "ActiveDataFlow last").first }
          return Verdict.new(upto: nil, kept: nil, note: nil) if upto.nil?
          return Verdict.new(upto:, kept: nil, note: nil) if wait(PATIENCE, stop) { free?(after, upto) }

          Verdict.new(upto: nil, kept: nil, note: "nothing was read: somebody has written rows of #{@source.table.name} up to #{upto.join(", ")} " \
            "and not committed them (SHOW ENGINE INNODB STATUS names the transactions). The next run goes on.")
        end

        private

        # Outside any transaction, and seeing what was committed a moment ago.
        def free?(after, upto)
          @source.table.with_connection do |connection|
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED") unless connection.transaction_open?
            lock = connection.mariadb? ? "LOCK IN SHARE MODE" : "FOR SHARE"
            connection.select_value("#{@source.window(after, upto).reselect(Arel.sql("count(*)")).to_sql} #{lock} NOWAIT", "ActiveDataFlow horizon")
          end
          true
        rescue ::ActiveRecord::StatementInvalid => error
          raise unless Errors.transient?(error)

          false
        end

        # A snapshot that is as old as the transaction would not show what has been committed since.
        def refuse_old_snapshot
          return unless @source.table.with_connection(&:transaction_open?)

          raise Error, "read :new and read :changed have to see what others commit while they wait, and this thread is inside a transaction, " \
            "which sees the rows as it found them. Run the flow outside of it."
        end

        def now_sql = "SELECT UNIX_TIMESTAMP(NOW(6))"
      end
    end
  end
end
