# frozen_string_literal: true

require "digest"
require "json"
require_relative "sighting"
require_relative "writers"
require_relative "keys"

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # A lower key may be committed later than a higher one. So the end is the last row that is seen, once those have ended
      # who had written to the table by then; the rows are read by a newer snapshot. (The oldest open transaction of a
      # snapshot is no such end: rows were lost with it.)
      class Horizon < ActiveRecord::Horizon
        # (see Horizon#initialize)
        def initialize(source, read)
          super
          @keys = Keys.new(source)
          @writers = Writers.new(source.table)
          refuse_unordered
        end

        # (see Horizon#verdict)
        def verdict(after, kept, &stop)
          seen = sight(after, stop) or return Verdict.new(upto: nil, kept: nil, note: nil)
          proof = Proof.new(restored(kept), seen)
          proof.look(*@writers.look) if kept
          wait(PATIENCE, stop) { proof.proven? || proof.look(*@writers.look) }
          Verdict.new(upto: proof.upto, kept: stored(proof.left), note: note(proof, seen))
        end

        # (see Horizon#to_s)
        def to_s
          return super if timed? && !@keys.locks?
          return "#{super}, once nobody is left who wrote to #{name} (#{seconds_text(PATIENCE)} at most)" if timed? || !doubt

          "what is #{@read.kind}, #{seconds_text(settle)} after it was seen (settle)"
        end

        # (see Horizon#notes)
        def notes = [*doubt && "settle is all that keeps rows from being missed: #{doubt}", *(@keys.doubt_of_time if timed?)]

        private

        def name = @source.table.name

        def doubt = timed? ? (@keys.doubt unless @keys.locks?) : @keys.doubt

        # Where keys are made before the table is locked, who made one has a while to write it.
        # @return [Sighting, nil]
        def sight(after, stop)
          last = position_sql(after)
          seen = @writers.sight(last) or return
          return seen if timed? || doubt.nil? || settle.zero?

          wait(settle, stop) { false }
          @writers.sight(last)&.with(upto: seen.upto) unless stop&.call
        end

        # As text, so that nothing of a value is lost on its way; under other names, so that the order is by the values.
        def position_sql(after)
          columns = @source.quoted_cursor.each_with_index.map { |sql, index| "#{sql}::text AS adf_#{index}" }
          names = columns.each_index.map { |index| "adf_#{index}" }.join(", ")
          "SELECT json_build_array(#{names})::text FROM (#{last_sql(after, columns)}) adf_last"
        end

        def now_sql = "SELECT extract(epoch FROM clock_timestamp())::text"

        # What was kept of another source means nothing in this one.
        def restored(kept)
          return if kept.nil? || kept["source"] != identity

          Sighting.new(upto: kept["upto"], writers: kept["writers"], boot: kept["boot"])
        end

        def stored(sighting)
          sighting && {"upto" => sighting.upto, "writers" => sighting.writers, "boot" => sighting.boot, "source" => identity}
        end

        def identity = @identity ||= Digest::SHA256.hexdigest(JSON.generate(@source.description))

        def note(proof, seen)
          return if proof.proven?

          who = @writers.describe(proof.waits_for)
          "#{proof.upto ? "read up to #{proof.upto.join(", ")} only" : "nothing was read"}: rows up to #{seen.upto.join(", ")} wait for " \
            "#{who.empty? ? "a transaction that has just ended" : who.join(", ")}, which wrote to #{name} and has not ended. The next run goes on."
        end

        def refuse_unordered
          column = @source.cursor.first
          if @keys.random?
            refuse("read :#{@read.kind} goes on behind the last value of #{column}, and #{@keys.expression} gives values in no order. " \
              "Write: read :changed, by: [:updated_at, :#{column}]")
          end
          refuse("read :#{@read.kind} goes on behind the last value of #{column}, and its sequence counts down. Read along another column.") if @keys.falling?
        end
      end
    end
  end
end
