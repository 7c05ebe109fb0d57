# frozen_string_literal: true

module Bench
  module Flow
    # The rows: ten columns of an order, in the same values on both databases. All follow from the row's number and a seed.
    module Orders
      COLUMNS = {
        id: "bigint", customer: "text", email: "text", state: "text", note: "text", quantity: "integer",
        total: "numeric(12,2)", gift: "boolean", ordered_at: "timestamp", shipped_at: "timestamp"
      }.freeze
      # The sink's, in which customer is called buyer.
      COPIES = COLUMNS.to_h { |name, type| [(name == :customer) ? :buyer : name, type] }.freeze
      # Keys have gaps, as keys have.
      STEP = 2
      SEED = 4_711

      FIRST_NAMES = %w[Anna Bernd Carla David Elif Frank Greta Hannes Ines Jonas Katrin Leon Mareike Noah Olga Paul].freeze
      LAST_NAMES = %w[Müller Schmidt Weiß Fischer Yılmaz Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Neumann].freeze
      STATES = %w[paid paid shipped cancelled shipped pending paid returned shipped paid].freeze
      TEXT = "Please leave the parcel with the neighbours on the second floor if nobody answers; the bell is broken. Call before noon, " \
        "and do not fold the drawings. Wrapping paper: the green one, with a card that says thank you for everything, from all of us."
      private_constant :FIRST_NAMES, :LAST_NAMES, :STATES, :TEXT

      module_function

      # @return [Integer] the key of the last of so many rows
      def last_key(rows) = rows * STEP

      # @param dialect [Symbol] :postgresql or :sqlite
      # @param more [String] what comes behind the columns' types
      # @return [String] CREATE TABLE
      def table(name, columns, dialect)
        lines = columns.map { |column, type| "#{column} #{type_in(dialect, type)}#{" NOT NULL" unless %i[note shipped_at].include?(column)}" }
        key = (dialect == :sqlite) ? lines.shift.sub(/ .*/, " integer PRIMARY KEY") : lines.shift + " PRIMARY KEY"
        "CREATE TABLE #{name} (#{[key, *lines].join(", ")})"
      end

      # @return [String] INSERT of so many rows
      def fill(name, rows, dialect)
        series = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < #{rows}) "
        from = "numbers"
        series, from = "", "generate_series(1::bigint, #{rows}) AS numbers(n)" if dialect == :postgresql
        "INSERT INTO #{name} (#{COLUMNS.keys.join(", ")}) #{series}SELECT #{values(dialect).join(", ")} FROM #{from}"
      end

      def type_in(dialect, type)
        return type unless dialect == :sqlite && type == "timestamp"

        "datetime(6)"
      end

      def values(dialect)
        [
          "n * #{STEP}", "#{pick(FIRST_NAMES, 7_919)} || ' ' || #{pick(LAST_NAMES, 104_729)}",
          "#{pick(FIRST_NAMES, 7_919)} || '.' || (n * 31 % 1000003) || '@mail.example-' || (n % 97) || '.com'",
          pick(STATES), "CASE WHEN n % 10 = 7 THEN NULL ELSE substr('#{TEXT}', #{below(50, 101)} + 1, 20 + #{below(100, 31)}) END",
          "1 + #{below(40, 13)}", cents(dialect), (dialect == :sqlite) ? "(n % 4 = 0)" : "n % 4 = 0",
          moment(dialect, 0), "CASE WHEN n % 10 IN (3, 5) THEN NULL ELSE #{moment(dialect, 172_800)} END"
        ]
      end

      # A number below `limit` that jumps about.
      def below(limit, factor) = "CAST((n * #{factor} + #{SEED}) % #{limit} AS integer)"

      # One of the words, cut out of one long text: the same expression on both databases. Without a factor they take turns.
      def pick(words, factor = nil)
        width = words.map(&:size).max
        place = factor ? below(words.size, factor) : "CAST(n % #{words.size} AS integer)"
        "rtrim(substr('#{words.map { |word| word.ljust(width) }.join}', 1 + #{width} * #{place}, #{width}))"
      end

      def cents(dialect)
        (dialect == :sqlite) ? "round(#{below(1_000_000, 7_919)} / 100.0, 2)" : "#{below(1_000_000, 7_919)} / 100.00"
      end

      # Microseconds always, never none: ActiveRecord writes SQLite's moments like that.
      def moment(dialect, later)
        seconds, micro = "#{below(50_000_000, 37)} + #{later}", "(1 + #{below(999_983, 97)})"
        return "timestamp '2025-01-01' + (#{seconds}) * interval '1 second' + #{micro} * interval '1 microsecond'" if dialect == :postgresql

        "strftime('%Y-%m-%d %H:%M:%S', 1735689600 + #{seconds}, 'unixepoch') || printf('.%06d', #{micro})"
      end
      private_class_method :type_in, :values, :below, :pick, :cents, :moment
    end
  end
end
