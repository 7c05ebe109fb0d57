# frozen_string_literal: true

# Run by expression_sql_spec.rb in a process of its own, since it brings the databases' gems, and the suite has to hold
# without them. At the desk: bin/exec rspec spec/active_data_flow/flow/support/expression_sql_contract.rb
require "spec_helper"
require_relative "random_expressions"

# The two meanings of an expression, held to each other: in Rust over a batch, and as SQL in the database.
RSpec.describe ActiveDataFlow::Flow::Expression, "in Rust and as SQL" do
  seed = Integer(ENV.fetch("ADF_EXPRESSION_SEED", "20261126"))
  count = Integer(ENV.fetch("ADF_EXPRESSIONS", "600"))

  # @return [Native::Steps] that makes column `out` of the tree, as text or as it is
  def program(tree, types, dialect)
    ActiveDataFlow::Native::Steps.new([["derive", ["out", tree], "here"]], types.to_a, dialect, true)
  end

  def quoted(types) = types.keys.map { |name| [name, "\"#{name}\""] }

  # @return [Array] of each row its value, or :fault
  def in_rust(tree, types, dialect, rows)
    batch = ActiveDataFlow::Native::Batch.new(types.keys)
    rows.each { |row| batch.push_row(row) }
    program(tree, types, dialect).apply(batch)
    Array.new(rows.size) { |row| batch.live?(row) ? batch.value(row, "out") : :fault }
  end

  describe "[PostgreSQL]", :postgresql do
    types = {"i" => "integer", "b" => "bigint", "n" => "numeric(10,2)", "m" => "numeric(12,4)", "w" => "numeric(40,15)", "f" => "double precision",
             "r" => "real", "t" => "text", "v" => "character varying(20)", "p" => "boolean", "q" => "boolean", "d" => "date", "e" => "date",
             "s" => "timestamp(6) without time zone", "z" => "timestamp(6) with time zone", "u" => "uuid"}
    kinds = {int: %w[i b], decimal: %w[n m w], float: %w[f r], text: %w[t v], bool: %w[p q], date: %w[d e], moment: %w[s z], uuid: %w[u]}
    value_kinds = {"i" => :int, "b" => :big, "n" => :decimal, "m" => :decimal, "w" => :wide, "f" => :float, "r" => :float, "t" => :text, "v" => :text,
                   "p" => :bool, "q" => :bool, "d" => :date, "e" => :date, "s" => :moment, "z" => :moment, "u" => :uuid}

    before(:all) do
      require "pg"
      next if Postgresql.missing

      config = Postgresql.fresh("expressions")
      @pg = PG.connect(host: config[:host], port: config[:port], user: config[:username], dbname: config[:database])
      @pg.exec("SET timezone = 'UTC'")
      @pg.exec("CREATE TABLE numbers (row integer, #{types.map { |name, type| "#{name} #{type}" }.join(", ")})")
      @generator = RandomExpressions.new(kinds, seed)
      14.times { |row| insert(row, types.keys.map { |name| fitting(name, @generator.value(value_kinds[name])) }) }
      # What the database made of them: a real has lost digits, a decimal was rounded.
      @rows = @pg.exec("SELECT #{types.keys.join(", ")} FROM numbers ORDER BY row").map { |row| types.keys.map { |name| read(name, row[name]) } }
    end

    after(:all) { @pg&.close }

    define_method(:fitting) do |name, value|
      case value_kinds[name]
      when :decimal then value&.round((name == "n") ? 2 : 4)
      when :float then (name == "r" && value && value.abs > 1e30) ? 1.0 : value
      else value
      end
    end

    def insert(row, values)
      texts = [row, *values].map { |value| value.nil? ? nil : text(value) }
      @pg.exec_params("INSERT INTO numbers VALUES (#{texts.size.times.map { |place| "$#{place + 1}" }.join(", ")})", texts)
    rescue PG::NumericValueOutOfRange
      @pg.exec_params("INSERT INTO numbers (row) VALUES ($1)", [row])
    end

    def text(value)
      case value
      when BigDecimal then value.to_s("F")
      when Time then value.strftime("%F %T.%6N+00")
      else value.to_s
      end
    end

    define_method(:read) do |name, text|
      next if text.nil?

      case value_kinds[name]
      when :int, :big then Integer(text)
      when :decimal, :wide then BigDecimal(text)
      when :float then Float(text)
      when :bool then text == "t"
      when :date then Date.iso8601(text)
      when :moment then Time.new("#{text[/\A[^+]*/]} UTC").utc
      else text.dup.force_encoding("UTF-8")
      end
    end

    # @return [Array] of each row its value as text, or :raised
    def in_sql(sql)
      ask("SELECT (#{sql})::text FROM numbers ORDER BY row")
    rescue PG::Error
      @rows.each_index.map do |row|
        ask("SELECT (#{sql})::text FROM numbers WHERE row = #{row}").first
      rescue PG::DataException
        :raised
      end
    end

    def ask(sql) = @pg.exec(sql).column_values(0).map { |value| value&.dup&.force_encoding("UTF-8") }

    it "mean the same, over random expressions (seed #{seed})", req: "E-30" do
      printed = faults = values = 0
      count.times do
        tree = @generator.tree
        sql = begin
          program(tree, types, "postgresql").sql("postgresql", quoted(types))[:columns].fetch("out")
        rescue ArgumentError
          next
        end
        printed += 1
        here = in_rust([:concat, tree, [:lit, ""]], types, "postgresql", @rows)
        there = in_sql(sql)
        here.zip(there).each_with_index do |(one, other), row|
          # The database may raise where ours needs no answer (false & x / 0), but never the other way round.
          next if other == :raised
          values += 1
          expect(one).to eq(other), -> { "#{tree.inspect}\n#{sql}\nrow #{@rows[row].inspect}\nRust: #{one.inspect}\nSQL:  #{other.inspect}" }
        end
        faults += there.count(:raised)
      end
      expect(printed).to be > count / 3
      expect(values).to be > faults
    end

    it "make a fault only where the database raises, and a fault always where it raises at all rows" do
      tree = [:/, [:col, "n"], [:-, [:col, "i"], [:col, "i"]]]
      here = in_rust(tree, types, "postgresql", @rows)
      sql = program(tree, types, "postgresql").sql("postgresql", quoted(types))[:columns].fetch("out")
      expect(here.map { |value| value == :fault }).to eq(in_sql(sql).map { |value| value == :raised })
      expect(here).to include(:fault)
    end
  end

  describe "[SQLite]" do
    types = {"i" => "integer", "j" => "bigint", "f" => "float", "t" => "varchar", "v" => "text", "p" => "boolean", "q" => "boolean", "d" => "date",
             "e" => "date", "n" => "decimal(10,2)", "s" => "datetime(6)"}
    kinds = {int: %w[i j], float: %w[f], text: %w[t v], bool: %w[p q], date: %w[d e], decimal: %w[n], moment: %w[s]}
    value_kinds = {"i" => :int, "j" => :big, "f" => :float, "t" => :text, "v" => :text, "p" => :bool, "q" => :bool, "d" => :date, "e" => :date,
                   "n" => :decimal, "s" => :moment}

    before(:all) do
      require "sqlite3"
      @sqlite = SQLite3::Database.new(":memory:")
      @sqlite.execute("CREATE TABLE numbers (row integer, #{types.map { |name, type| "#{name} #{type}" }.join(", ")})")
      @generator = RandomExpressions.new(kinds, seed)
      16.times do |row|
        values = types.keys.map { |name| stored(@generator.value(value_kinds[name])) }
        # SQLite takes anything anywhere.
        values[@generator.random.rand(values.size)] = @generator.pick(["abc", 3.5, "12", "2026-02-30", SQLite3::Blob.new("x")]) if row > 10
        @sqlite.execute("INSERT INTO numbers VALUES (#{(["?"] * (values.size + 1)).join(", ")})", [row, *values])
      end
      @rows = @sqlite.execute("SELECT #{types.keys.join(", ")} FROM numbers ORDER BY row")
    end

    def stored(value)
      case value
      when true then 1
      when false then 0
      when BigDecimal then value.to_f
      when Date then value.iso8601
      when Time then value.strftime("%F %T.%6N")
      else value
      end
    end

    # @return [Array] of each row its value, or :raised
    def in_sql(sql)
      @sqlite.execute("SELECT #{sql} FROM numbers ORDER BY row").flatten(1)
    rescue SQLite3::Exception
      @rows.each_index.map do |row|
        @sqlite.execute("SELECT #{sql} FROM numbers WHERE row = #{row}").first.first
      rescue SQLite3::Exception => error
        raise unless error.message.include?("integer overflow")

        :raised
      end
    end

    it "mean the same, over random expressions (seed #{seed})", req: "E-30" do
      printed = values = 0
      (2 * count).times do
        tree = @generator.tree
        sql = begin
          program(tree, types, "sqlite").sql("sqlite", quoted(types))[:columns].fetch("out")
        rescue ArgumentError
          next
        end
        printed += 1
        here = in_rust(tree, types, "sqlite", @rows)
        here.zip(in_sql(sql)).each_with_index do |(one, other), row|
          next if other == :raised
          values += 1
          expect(stored(one)).to eql(other), -> { "#{tree.inspect}\n#{sql}\nrow #{@rows[row].inspect}\nRust: #{one.inspect}\nSQL:  #{other.inspect}" }
        end
      end
      expect(printed).to be > count / 10
      expect(values).to be > printed
    end

    it "are not printed where SQLite computes otherwise, and the reason says so" do
      reason = ->(tree) { program(tree, types, "sqlite").reason("sqlite", quoted(types)) }
      expect(reason.call([:+, [:col, "n"], [:lit, 1]])).to eq("here: SQLite keeps n (decimal(10,2)) as a floating point number")
      expect(reason.call([:/, [:col, "i"], [:lit, 2]])).to match(/SQLite divides whole numbers/)
      expect(reason.call([:+, [:col, "f"], [:lit, 2]])).to match(/floating point/)
      expect(reason.call([:>, [:col, "s"], [:lit, Time.utc(2026)]])).to match(/SQLite keeps s \(datetime\(6\)\) as text of several forms/)
      expect(reason.call([:upcase, [:col, "t"]])).to match(/upcase goes by Unicode/)
      expect(reason.call([:>, [:col, "i"], [:lit, 2]])).to be_nil
    end
  end
end
