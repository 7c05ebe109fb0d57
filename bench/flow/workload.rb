# frozen_string_literal: true

module Bench
  module Flow
    # What is carried, by whom, and how well ours has to do. A program makes a subclass, whose words are class methods.
    #
    #   class Rename < Bench::Flow::Workload
    #     title "W1: ..."
    #     place Bench::Flow::Postgresql
    #     set buyer: "customer"                        # columns of the sink, as SQL over the source's
    #     row { |row| ... }                            # the same in Ruby, for the peers
    #     limit("INSERT .. SELECT") { |child| Bench::Flow::Limits::Windows.new(child) }
    #     peers
    #     ours { |child| Bench::Flow::Ours.new(child, :OrderCopyFlow) }
    #     target "...", 0.6, of: ["INSERT .. SELECT"]
    #   end
    class Workload
      # Ours has to be `ratio` times as quick as the quickest of those named.
      Target = Data.define(:text, :ratio, :of, :ours)
      # A share of the rows carried that has to be written, exactly, and whether dead tuples may be left.
      Effect = Data.define(:text, :written, :dead)

      class << self
        # @return [Array<Implementation>]
        def implementations = @implementations ||= []

        # @return [Array<Target>]
        def targets = @targets ||= []

        # @return [Effect, nil]
        attr_reader :wanted_effect

        def title(text = nil) = text ? @title = text : @title

        def place(kind = nil) = kind ? @place = kind : @place

        # Databases that have the source's rows (PostgreSQL).
        def source_in(*names) = names.empty? ? (@source_in || %w[source]) : @source_in = names.map(&:to_s)

        # What the sink's columns are, where they are not the source's column of that name.
        def set(**expressions)
          @expressions = expressions
        end

        # Which of the source's rows are carried, as SQL.
        def only(*conditions)
          @conditions = conditions
        end

        # The sink's rows before each run: a select of the sink's columns.
        def before(&select) = select ? @before = select : @before&.call

        # The same as {set} and {only} in Ruby: changes the Hash (String keys) and returns it, or nil where the row is left out.
        def row(&block) = block ? @row = block : @row

        def limit(name, rows: nil, apart: false, &maker) = add(name, :limit, rows, apart, maker)

        def peer(name, rows: PEER_ROWS, apart: false, &maker) = add(name, :peer, rows, apart, maker)

        def ours(name = "ours", apart: false, &maker) = add(name, :ours, nil, apart, maker)

        # The usual peers, by name.
        def peers(*names, apart: false)
          names.each do |name|
            kind = Peers::ALL.fetch(name)
            peer(name, rows: [PEER_ROWS / kind::SLOWER, 1].max, apart:) { |child| kind.new(child) }
          end
        end

        def target(text, ratio, of:, ours: "ours") = targets << Target.new(text:, ratio:, of: Array(of), ours:)

        def effect(text, written:, dead:) = @wanted_effect = Effect.new(text:, written:, dead:)

        # @param conditions [Array<String>] beside those of {only}
        # @return [String] the rows that the sink has to hold
        def select(*conditions, from: "orders", expressions: @expressions)
          columns = Orders::COPIES.keys.map { |name| expressions&.key?(name) ? "#{expressions[name]} AS #{name}" : name }
          where = [*conditions, *@conditions].map { |condition| "(#{condition})" }.join(" AND ")
          "SELECT #{columns.join(", ")} FROM #{from}#{" WHERE #{where}" unless where.empty?}"
        end

        private

        def add(name, kind, rows, apart, maker)
          implementations << Implementation.new(name:, kind:, rows:, apart:, maker:)
        end
      end
    end

    PEER_ROWS = Bench.count("PEER_ROWS", 50_000)
  end
end
