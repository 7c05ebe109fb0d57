# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a plan takes for granted of the tables at its ends: what they were like for a plan before it. Whoever makes such a
    # plan has the databases say, before the first row, that nobody has altered the tables since; else it is made anew.
    class Premises
      # Somebody has altered a table.
      class Outdated < Error; end

      # Those that one database can confirm, within a statement that it is sent anyway.
      Part = Data.define(:facts) do
        # @param connection of ActiveRecord
        # @return [String] an expression
        def sql(connection) = facts.map { |fact| "(#{fact.sql(connection)})" }.join(" || '/' || ")

        # @param answer [Object] what the expression gave
        # @raise [Outdated]
        def confirm(answer)
          return if answer.to_s == facts.map(&:mark).join("/")

          facts.each(&:forget)
          raise Outdated, "#{facts.map(&:name).join(" or ")} was altered"
        end
      end

      # Nothing is ever refused for what is only remembered: the block is called once more then.
      # @yieldparam premises [Premises]
      # @return [Array(Object, Premises)] what the block returned, and what that rests on
      # @raise what the block raised
      def self.of
        premises = new
        [yield(premises), premises]
      rescue
        premises.forget ? retry : raise
      end

      def initialize
        @facts = []
        @asked = []
      end

      # @param table [ActiveRecord::Table]
      # @return [ActiveRecord::Facts, nil] nil where the database is to be asked each time
      def rest_on(table)
        ActiveRecord::Facts.of(table) { |facts| @asked << facts }.tap { |facts| @facts |= [facts].compact }
      end

      # @param pool [Object]
      # @return [Part, nil] nil: that database has nothing to confirm
      def in(pool)
        facts = @facts.select { |fact| fact.pool.equal?(pool) }
        Part.new(facts) if facts.any?
      end

      # Asks the databases.
      # @param but [Object, nil] the pool of one that is asked by somebody else
      # @raise [Outdated]
      def verify(but: nil)
        remembered.map(&:pool).uniq.each do |pool|
          part = self.in(pool)
          pool.with_connection { |connection| part.confirm(connection.select_value("SELECT #{part.sql(connection)}", "SCHEMA")) } unless pool.equal?(but)
        end
      end

      # All of it: what was asked by this plan would be remembered by the next.
      # @return [Boolean] whether something was remembered
      def forget = remembered.any?.tap { @facts.each(&:forget) }

      private

      def remembered = @facts - @asked
    end
  end
end
