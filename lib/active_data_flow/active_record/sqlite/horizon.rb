# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Sqlite
      # A file has one writer at a time, so keys are committed in the order in which they are given: the last row is the
      # end. Any database that we know nothing better of is read like this.
      class Horizon < ActiveRecord::Horizon
        # @param after [Array, nil] a position
        # @return [Verdict]
        def verdict(after, _kept)
          upto = @source.table.with_connection { |connection| connection.select_rows(last_sql(after), "ActiveDataFlow last").first }
          Verdict.new(upto:, kept: nil, note: nil)
        end

        # (see Horizon#notes)
        def notes = again? ? ["#{name} has no AUTOINCREMENT: when its newest rows are deleted, their ids come again, and rows that get them are not seen"] : []

        private

        def name = @source.table.name

        def again?
          return false if timed? || @source.dialect != :sqlite

          @source.table.with_connection do |connection|
            sql = connection.select_value("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = #{connection.quote(name)}")
            sql && !sql.match?(/\bAUTOINCREMENT\b/i)
          end
        end

        def now_sql = (@source.dialect == :sqlite) ? "SELECT strftime('%s', 'now') + (strftime('%f', 'now') - strftime('%S', 'now'))" : "SELECT EXTRACT(EPOCH FROM CURRENT_TIMESTAMP)"
      end
    end
  end
end
