# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # In which order several sinks are written, and which of them cannot be written together. What the run's database
      # takes back comes first, then other databases, then what cannot be taken back, and last the files, which refuse nothing
      # by then: so a row that one refuses is in none.
      class Order
        include Enumerable

        # Committed with the primary one.
        HOME = 0
        # Committed by a transaction of their own.
        DATABASE = 1
        # Not to be taken back.
        FOR_GOOD = 2
        # Cut off where a run goes on, and never refusing a row by then.
        CUT = 3
        private_constant :HOME, :DATABASE, :FOR_GOOD, :CUT

        # @param plan [Plan]
        # @param members [Array<Member>]
        # @param primary [Member]
        # @raise [ConfigurationError]
        def initialize(plan, members, primary)
          @plan = plan
          @members = members
          @primary = primary
          @ranks = members.to_h { |member| [member, rank(member)] }.compare_by_identity
          @sorted = members.sort_by.with_index { |member, place| [@ranks[member], member.equal?(primary) ? -1 : place] }
          check
        end

        # @yieldparam member [Member] in the order in which they are written
        def each(&) = @sorted.each(&)

        # @return [Integer] the place of the primary one
        def primary = @sorted.index(@primary)

        # @return [Integer, nil] the place of the one that takes nothing back
        def final = @sorted.index { |member| @ranks[member] == FOR_GOOD }

        # @param place [Integer]
        # @return [Boolean] whether a row may come to it again within a batch
        def keyed?(place) = !@sorted[place].checkpoints?

        # @param place [Integer]
        # @return [String]
        def name(place) = @sorted[place].name

        private

        def rank(member)
          sink = member.sink
          return HOME if sink.pool&.equal?(@primary.sink.pool)

          {transaction: DATABASE, cut: CUT}.fetch(sink.way_back, FOR_GOOD)
        end

        def check
          refuse_twice
          @members.each { |member| refuse_repeating(member) unless @ranks[member] == HOME }
          @members.each { |member| refuse_deleting(member) }
          for_good = @members.select { |member| @ranks[member] == FOR_GOOD }
          return if for_good.size < 2

          refuse("#{for_good.map(&:name).join(" and ")} cannot take a row back: what the second one refuses would stay in the first. Write a flow for each of them")
        end

        def refuse_twice
          names = @members.group_by { |member| member.sink.written_to }.values.find { |same| same.size > 1 } or return

          refuse("#{names.first.name} is two of them. Leave one of the two lines out")
        end

        # What was committed there, and not with the run, comes once more after a crash.
        def refuse_repeating(member)
          name = member.name
          refuse("#{name} is the table that it reads, in another database than its runs. Write a flow that only changes #{name}") if member.same_table?
          if member.sink.key.nil? && !member.checkpoints?
            refuse("#{name} has neither a key nor a checkpoint: after a crash it would have rows twice that the others have once. " \
              "Write key: with the columns by which it finds a row again, as in sink ..., key: :id, or give it a flow of its own")
          end
          return unless member.mode == :insert && member.sink.way_back == :transaction

          refuse("mode :insert of #{name}, in another database than its runs, would refuse after a crash what it has already. Write: sink :#{name}, mode: :insert_only")
        end

        # What is missing, and how much may go, is looked at in the one whose counts are the run's.
        def refuse_deleting(member)
          return if member.equal?(@primary)

          if member.mode == :mirror
            refuse("mode :mirror of #{member.name} is for the one whose rows are the run's, which is #{@primary.name}. Write a flow of its own for it")
          end
          return if member.mode != :delete || member.sink.max_deletes(:delete).nil?

          refuse("max_deletes: of #{member.name} cannot be kept, since the rows of #{@primary.name} are the run's. Leave it out, or write a flow of its own for it")
        end

        def refuse(text)
          raise ConfigurationError, "#{Flow.label(@plan.flow.class)} writes to #{@members.size} sinks, and #{text}."
        end
      end
    end
  end
end
