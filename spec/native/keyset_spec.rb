# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Native::Keyset do
  def keyset(columns, directions, nulls: columns.map { false }, dialect: "sqlite")
    described_class.new(dialect, columns, directions, nulls)
  end

  it "prints a row comparison where an index is used for it" do
    two = keyset(%w[a b], %w[asc asc], dialect: "postgresql")
    expect(two.predicate(3, [])).to eq(["(a, b) > ($3, $4)", [0, 1]])
    expect(two.upper(1, [])).to eq(["(a, b) <= ($1, $2)", [0, 1]])
    expect(two.order).to eq("a ASC, b ASC")
  end

  it "prints the expanded form for mixed directions and for MySQL" do
    mixed = keyset(%w[a b], [:asc, :desc], dialect: "postgresql")
    expect(mixed.predicate(1, [])).to eq(["a >= $1 AND (a > $1 OR (a = $1 AND b < $2))", [0, 1]])
    mysql = keyset(%w[`a` `b`], %w[desc desc], dialect: "mysql")
    expect(mysql.predicate(1, [])).to eq(["`a` <= ? AND (`a` < ? OR (`a` = ? AND `b` < ?))", [0, 0, 0, 1]])
  end

  it "can be used by every Ractor" do
    expect(keyset(%w[a], %w[asc])).to be_frozen.and(satisfy { |one| Ractor.shareable?(one) })
  end

  it "refuses an order that could lose rows, and what is no order" do
    expect { keyset(['"shipped_at"'], %w[asc], nulls: [nil]) }.to raise_error(ArgumentError,
      '"shipped_at" may be NULL, and a cursor over it could pass by rows without a value. Make it NOT NULL, read in ' \
      "another order, or leave those rows out by the scope.")
    expect { keyset([], []) }.to raise_error(ArgumentError, /an order by at least one column/)
    expect { keyset(%w[a], %w[up]) }.to raise_error(ArgumentError, '"up" is no direction; there are "asc" and "desc"')
    expect { keyset(%w[a], %w[asc], dialect: "oracle") }.to raise_error(ArgumentError, /"oracle" is no database .* postgresql, sqlite, mysql/)
    expect { keyset(%w[a b], %w[asc]) }.to raise_error(ArgumentError, /2 columns, but 1 directions/)
    expect { keyset(%w[a], %w[asc]).predicate(1, [0]) }.to raise_error(ArgumentError, /part 0 of the position is NULL/)
    expect { keyset(%w[a], %w[asc]).predicate(-1, []) }.to raise_error(RangeError)
    expect { keyset(%w[a], %w[asc]).predicate("1", []) }.to raise_error(TypeError)
  end

  # Rows with many equal values in the first columns, so that every page ends inside a run of them.
  numbers = Random.new(11)
  rows = Array.new(400) { |id| [numbers.rand(7), %w[a b ä Z].sample(random: numbers), id] }.shuffle(random: numbers)
  with_nulls = rows.map { |a, b, id| [(a if a > 1), (b unless b == "Z"), id] }

  orders = {
    "one column up" => [%w[id], %w[asc]],
    "one column down" => [%w[id], %w[desc]],
    "two columns up" => [%w[a id], %w[asc asc]],
    "two columns down" => [%w[a id], %w[desc desc]],
    "up and down" => [%w[a id], %w[asc desc]],
    "down and up" => [%w[a id], %w[desc asc]],
    "three columns up" => [%w[a b id], %w[asc asc asc]],
    "three columns, mixed" => [%w[a b id], %w[desc asc desc]]
  }

  # The naive way: all rows sorted in Ruby, NULLs as the dialect has them.
  sorted = lambda do |all, columns, directions, nulls_greatest: false|
    places = columns.map { |name| %w[a b id].index(name) }
    all.sort do |one, other|
      places.zip(directions).reduce(0) do |order, (place, direction)|
        next order unless order.zero?

        null_key = [nulls_greatest ? 1 : -1]
        one_key, other_key = [one, other].map { |row| row[place].nil? ? null_key : [0, row[place]] }
        (direction == "asc") ? one_key <=> other_key : other_key <=> one_key
      end
    end
  end

  KeysetDatabases::ALL.each do |name, open|
    describe "on #{name}", *KeysetDatabases::TAGS[name] do
      let(:database) { open.call }

      after { database.close }

      def create(all, columns, directions, null: "NOT NULL")
        index = columns.zip(directions).map { |pair| pair.join(" ") }.join(", ")
        database.create({"a" => "integer #{null}", "b" => "text #{null}", "id" => "integer NOT NULL"}, index:, rows: all)
      end

      # Reads page by page, and looks at the plan of each.
      # @return [Array<Array<Array>>] the pages
      def pages(keyset, columns, size, order: keyset.order)
        places = columns.map { |column| %w[a b id].index(column) }
        found = []
        position = nil
        loop do
          condition, binds = position ? keyset.predicate(1, position.each_index.select { |place| position[place].nil? }) : ["1 = 1", []]
          sql = "SELECT a, b, id FROM t WHERE #{condition} ORDER BY #{order} LIMIT #{size}"
          values = binds.map { |place| position[place] }
          yield database.plan(sql, values) if position && block_given?
          page = database.select(sql, values)
          return found if page.empty?

          found << page
          position = page.last.values_at(*places)
        end
      end

      orders.each do |words, (columns, directions)|
        it "reads #{words}: every page is the slice of the sorted rows, and a range of the index", req: "E-01" do
          create(rows, columns, directions)
          keyset = keyset(columns, directions, dialect: database.dialect)
          plans = []
          expect(pages(keyset, columns, 7) { |plan| plans << plan }).to eq(sorted.call(rows, columns, directions).each_slice(7).to_a)
          expect(plans).to all(satisfy { |plan| database.index_range?(plan) })
        end

        it "reads #{words}: a window between two positions, the upper one included, and a range of the index" do
          create(rows, columns, directions)
          keyset = keyset(columns, directions, dialect: database.dialect)
          all = sorted.call(rows, columns, directions)
          places = columns.map { |column| %w[a b id].index(column) }
          [[0, 7], [13, 14], [100, 399], [398, 399]].each do |from, to|
            behind, binds = keyset.predicate(1, [])
            up_to, more = keyset.upper(1 + binds.size, [])
            values = binds.map { |place| all[from][places[place]] } + more.map { |place| all[to][places[place]] }
            sql = "SELECT a, b, id FROM t WHERE #{behind} AND #{up_to} ORDER BY #{keyset.order}"
            expect(database.select(sql, values)).to eq(all[from + 1..to])
            expect(database.plan(sql, values)).to satisfy { |plan| database.index_range?(plan) }
          end
        end
      end

      orders.select { |_, (columns, _)| columns.include?("a") }.each do |words, (columns, directions)|
        it "reads #{words}: no row is lost next to a NULL" do
          create(with_nulls, columns, directions, null: "NULL")
          keyset = keyset(columns, directions, nulls: columns.map { |column| column != "id" }, dialect: database.dialect)
          greatest = database.dialect == "postgresql"
          expected = sorted.call(with_nulls, columns, directions, nulls_greatest: greatest)
          expect(pages(keyset, columns, 7)).to eq(expected.each_slice(7).to_a)
          places = columns.map { |column| %w[a b id].index(column) }
          (0...expected.size).step(23) do |last|
            position = expected[last].values_at(*places)
            up_to, binds = keyset.upper(1, position.each_index.select { |place| position[place].nil? })
            read = database.select("SELECT a, b, id FROM t WHERE #{up_to} ORDER BY #{keyset.order}", binds.map { |place| position[place] })
            expect(read).to eq(expected[..last])
          end
        end
      end
    end
  end

  describe "in a large table of a server that may choose", :postgresql do
    let(:database) { KeysetDatabases::PostgreSQL.new(choice: true) }

    after { database.close }

    many = Array.new(20_000) { |id| [id / 100, %w[a b].at(id % 2), id] }
    orders.each do |words, (columns, directions)|
      it "reads #{words}: every page is a range of the index that begins at the position's first column", req: "E-01" do
        database.create({"a" => "integer NOT NULL", "b" => "text NOT NULL", "id" => "integer NOT NULL"},
          index: columns.zip(directions).map { |pair| pair.join(" ") }.join(", "), rows: many)
        keyset = keyset(columns, directions, dialect: "postgresql")
        condition, binds = keyset.predicate(1, [])
        plans = plans_of(condition, keyset.order) { |place| binds.map { |part| many[place][%w[a b id].index(columns[part])] } }
        expect(plans).to all(satisfy { |plan| database.ranges?(plan) })
        # Rows of the same first value at most, whatever stands before it.
        expect(plans.map { |plan| database.passed_over(plan) }.max).to be <= 100
      end
    end

    it "would pass over all rows before the position without the bound of the first column" do
      database.create({"a" => "integer NOT NULL", "b" => "text NOT NULL", "id" => "integer NOT NULL"}, index: "a ASC, id DESC", rows: many)
      condition, = keyset(%w[a id], %w[asc desc], dialect: "postgresql").predicate(1, [])
      without = condition.delete_prefix("a >= $1 AND ")
      expect(without).to start_with("(a > $1 OR")
      plans = plans_of(without, "a ASC, id DESC") { |place| many[place].values_at(0, 2) }
      expect(plans.map { |plan| database.passed_over(plan) }.max).to be > 5_000
    end

    # @return [Array] of pages near the beginning, in the middle, and near the end
    def plans_of(condition, order)
      sql = "SELECT a, b, id FROM t WHERE #{condition} ORDER BY #{order} LIMIT 50"
      [30, 9_950, 19_920].map { |place| database.plan(sql, yield(place)) }
    end
  end

  # What MySQL and PostgreSQL are told means the same to SQLite, which knows both their placeholders, once it is told where
  # they have their NULLs.
  {"mysql" => false, "postgresql" => true}.each do |dialect, greatest|
    orders.each do |words, (columns, directions)|
      it "tells #{dialect} the same rows, #{words}" do
        database = KeysetDatabases::SQLite.new
        database.create({"a" => "integer", "b" => "text", "id" => "integer"}, index: columns.join(", "), rows: with_nulls)
        keyset = keyset(columns, directions, nulls: columns.map { |column| column != "id" }, dialect:)
        order = columns.zip(directions).map { |column, direction| "#{column} #{direction} NULLS #{((direction == "asc") == greatest) ? "LAST" : "FIRST"}" }
        expected = sorted.call(with_nulls, columns, directions, nulls_greatest: greatest)
        places = columns.map { |column| %w[a b id].index(column) }
        (0...expected.size).step(17) do |last|
          position = expected[last].values_at(*places)
          nulls = position.each_index.select { |place| position[place].nil? }
          {keyset.predicate(1, nulls) => expected[last + 1..], keyset.upper(1, nulls) => expected[..last]}.each do |(sql, binds), slice|
            read = database.select("SELECT a, b, id FROM t WHERE #{sql} ORDER BY #{order.join(", ")}", binds.map { |place| position[place] })
            expect(read).to eq(slice), sql
          end
        end
        database.close
      end
    end
  end
end
