# frozen_string_literal: true

require "time"

module ActiveDataFlow
  module Engine
    # How far a run has come: where its cursor stands between the first and the last row of its source. No row is counted
    # for it. The two positions are looked up and written down once in an attempt, after its first second, so that a run
    # which has little to do does no more for that; from then on the cursor of each commit says the rest.
    class Progress
      # Seconds of work before anybody wants to know.
      PATIENCE = 1.0
      # A position that is no number, and grows evenly all the same.
      UUID = /\A\h{8}-\h{4}-\h{4}-\h{4}-\h{12}\z/
      private_constant :PATIENCE, :UUID

      class << self
        # @param row [RunStore::Row]
        # @return [Float, nil] 0..1; nil where nobody knows
        def share(row)
          facts = facts(row)
          facts && share_at(row.cursor, facts)
        end

        # @param rows [Array<RunStore::Row>] the run, or its parts, which are about as large as each other
        # @return [Float, nil] 0..1
        def of(rows)
          shares = rows.map { |row| (row.status == "success") ? 1.0 : share(row) }
          shares.sum(&:to_f) / shares.size if shares.any?
        end

        # @param rows [Array<RunStore::Row>] the run, or its parts
        # @return [Time, nil] when the last one will be done; nil where one of them cannot say so
        def end_of(rows)
          ends = rows.reject(&:finished?).map { |row| eta(row) }
          ends.max unless ends.include?(nil)
        end

        # @param row [RunStore::Row]
        # @param now [Time]
        # @return [Time, nil] when it will be done, if it goes on as it did in this attempt
        def eta(row, now: Time.now)
          share = share(row) or return
          facts = facts(row)
          return unless facts["fence"] == row.fence # another attempt's

          done = share - (share_at(facts["from"], facts) || 0.0)
          return unless done.positive?

          since = Time.iso8601(facts["since"])
          (now.getutc + (1.0 - share) * (now - since) / done).round # of a guess, no fraction of a second that fills a line
        end

        private

        def facts(row) = row.metadata&.fetch("progress", nil)

        def share_at(cursor, facts)
          first, last, here = [facts["first"], facts["last"], cursor].map { |position| number(position) }
          return unless first && last && here
          return 1.0 if first == last

          ((here - first) / (last - first)).to_f.clamp(0.0, 1.0)
        end

        # Of several columns the first one leads.
        def number(position)
          value = Place.values(position)&.first
          case value
          when Numeric, Time then value.to_r
          when UUID then value.delete("-").hex.to_r
          end
        rescue ArgumentError # what a connector has as its position, it reads alone
          nil
        end
      end

      # @param plan [Plan]
      # @param store [RunStore::Base]
      def initialize(plan, store)
        @plan = plan
        @store = store
        @since = Time.now
        @from = nil
        @noted = false
      end

      # After a commit.
      # @param claim [RunStore::Claim]
      # @param before [RunStore::Claim] before that commit
      # @return [RunStore::Claim] to go on with
      def after(claim, before)
        return claim if @noted || claim.finished?

        @from ||= before.cursor || :beginning
        return claim if Time.now - @since < PATIENCE

        @noted = true
        ends = ends(claim)
        ends ? @store.keep_facts(claim, "progress" => ends) : claim
      end

      private

      # Nobody asked the run to find this out: where that fails, nobody knows.
      def ends(claim)
        return unless @plan.source.respond_to?(:bounds)

        first, last = @plan.source.bounds
        return unless last

        from = (@from unless @from == :beginning)
        beginning = claim.range_from || ((@plan.read.kind == :all) ? first : claim.metadata&.dig("progress", "first") || from || first)
        {"first" => beginning, "last" => last, "from" => from || beginning, "since" => @since.utc.iso8601(3), "fence" => claim.fence}
      rescue => error
        Operations.logger.debug { "#{claim}: nobody knows how far it is: #{Shown.error(error)}" }
        nil
      end
    end
  end
end
