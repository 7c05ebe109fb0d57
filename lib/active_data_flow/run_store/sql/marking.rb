# frozen_string_literal: true

require "digest"

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # What a run's row has to do with a mark in another database (P13): the mark is right, the row follows.
      module Marking
        # By which one mark is found: of the flow, its arguments and the part, and of this database, since another program may
        # write into the same sink.
        # @param claim [Claim]
        # @return [String]
        def identity(claim)
          born = database.with_connection { |connection| ask(connection, "SELECT created_at FROM #{Statements::FLOWS} WHERE id = :id", id: claim.data_flow_id) }
          Digest::SHA256.hexdigest([claim.flow_name, stamp(born.first&.fetch("created_at")), claim.arguments_digest, claim.part].join("\n"))
        end

        # @param claim [Claim]
        # @return [Hash{Symbol => String}] which run it is: after a restore the same id may be another's
        def run_of_mark(claim) = {flow_name: claim.flow_name, run_id: claim.id.to_s, born: stamp(claim.created_at)}

        # A mark is ahead of the row: of what both had been, one was restored.
        # @param claim [Claim] the newest
        # @param above [Integer]
        # @return [Claim]
        # @raise [LeaseLost]
        def raise_fence(claim, above:)
          fence = [above, claim.fence].max + 1
          hold(claim, "fence = :above, lease_until = #{later("lease_seconds")}", above: fence) or raise lost(claim)
          claim.with(fence:)
        end

        # Sets what the mark has, and puts the rows aside that belong to that commit.
        # @param claim [Claim] the newest
        # @param counters [Hash{Symbol => Integer}] as they are afterwards
        # @param of_sinks [Hash{Symbol => String, nil}] see {Progressing#keep_of_sinks}
        # @param rejects [Array<Hash>] as {#sealed} gave them
        # @return [Claim]
        # @raise [LeaseLost]
        def adopt(claim, commits:, cursor:, counters:, of_sinks:, rejects:)
          totals = counts_of(counters)
          set = [*totals.keys.map { |name| "rows_#{name} = :#{name}" }, *of_sinks.keys.map { |name| "#{name} = :#{name}" }].join(", ")
          set = "commits = :commits, deaths = 0, pending_bounds = NULL, #{quoted(:cursor)} = :cursor, #{set}"
          database.transaction do |connection|
            change(connection, set, guards, **holder(claim), known: claim.commits, commits:, cursor:, **of_sinks, **totals) or raise lost(claim)
            insert_rejects(connection, claim, rejects)
          end
          claim.with(commits:, cursor:, deaths: 0, pending_bounds: nil, **of_sinks, **totals.transform_keys { |name| :"rows_#{name}" })
        end

        # @param rejects [Array<Hash{Symbol => Object}>] see {RunStore::Rejecting#reject}
        # @return [Array<Hash>] the same as JSON can hold them: what may be personal as this database would have it
        def sealed(rejects) = rejects.map { |values| stored(values) }

        private

        def stamp(value) = value && moment(value).utc.strftime("%Y-%m-%dT%H:%M:%S.%6N")
      end
    end
  end
end
