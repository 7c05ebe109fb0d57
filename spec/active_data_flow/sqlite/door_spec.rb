# frozen_string_literal: true

# In processes of its own: the others hold that no sqlite3 gem is loaded by ours.
RSpec.describe "ActiveDataFlow::Sqlite::Door" do
  support = File.expand_path("support/doors", __dir__)
  # Before 2.0 a connection of the gem is not closed while a statement is open, and waits with all threads of the process.
  since_2 = Gem.loaded_specs["sqlite3"].then { |gem| gem.nil? || gem.version >= Gem::Version.new("2") }

  # @return [String] what the program printed
  define_method(:printed) do |program|
    answer = child_ruby("require #{support.inspect}\n#{program}")
    expect(answer).to be_success, answer.err
    expect(answer.err).to eq("")
    answer.out
  end

  # Programs print the value of their last line.
  def said(program) = printed("print((-> {\n#{program}\n}).call.inspect)")

  describe "opening" do
    it "works on any connection of the gem, again and again, and gives back what the block says" do
      expect(said(<<~RUBY)).to eq("[nil, 1, 2, 3]")
        raw = connect
        [Door.refusal(raw), *3.times.map { |n| Door.open(raw) { |door| door.read("SELECT 1, 2, 3", [], batch, 9) + n } }]
      RUBY
    end

    it "leaves SQL's own load_extension shut" do
      expect(said(<<~RUBY)).to eq('[SQLite3::SQLException, "not authorized"]')
        Door.open(raw = connect).close
        refusal { raw.execute("SELECT load_extension('x')") }
      RUBY
    end

    it "says why it stays shut where loading was left out of the gem" do
      expect(said(<<~RUBY)).to eq('[nil, "the sqlite3 gem of this program was built without loading of extensions"]')
        SQLite3::Database.undef_method(:enable_load_extension)
        [Door.open(connect), Door.refusal(connect)]
      RUBY
    end

    it "says why it stays shut when the library is not where it was, or is not the one that runs" do
      expect(printed(<<~RUBY).lines.map(&:chomp)).to match([/\ASQLite did not load .*nowhere/, /\Athe library at .* is not the one/, "true"])
        library = $LOADED_FEATURES.find { |path| path.include?("active_data_flow_native") }
        Dir.mktmpdir do |folder|
          $LOADED_FEATURES << File.join(folder, "nowhere", File.basename(library))
          puts Door.refusal(connect)
          $LOADED_FEATURES.pop
          $LOADED_FEATURES << File.join(folder, File.basename(library))
          FileUtils.cp(library, $LOADED_FEATURES.last)
          puts Door.refusal(connect)
          $LOADED_FEATURES.pop
          puts Door.refusal(connect).nil?
        end
      RUBY
    end

    it "brings no SQLite of its own: none is linked, none is inside" do
      library = Dir[File.join(ChildRuby::LIB, "active_data_flow/active_data_flow_native.*")].first
      names, status = Programs.run_together("nm", "-D", library)
      skip "there is no nm here that reads libraries" unless status.success?

      expect(names.scan(/\bsqlite3\w*/)).to eq(["sqlite3_activedataflownative_init"])
      linked, = Programs.run_together("ldd", library)
      expect(linked).not_to include("sqlite")
    rescue Errno::ENOENT => error
      skip "there is no #{error.message[/\w+\z/]} here"
    end
  end

  describe "reading and writing" do
    it "brings every value of SQLite there and back, byte for byte" do
      expect(said(<<~'RUBY')).to eq("[true, true, true]")
        values = [nil, 0, 2**63 - 1, -2**63, 1.5, -0.0, Float::INFINITY, 5e-324, "", "caf\u00e9", "a\0b", "caf\xe9", "\xff\0\xfe",
          "".b, "\x00\xff".b, "x" * 100_000]
        raw = connect
        write(raw, batch(*values.each_with_index.map { |value, n| [n, value, nil] }))
        from_gem = all(raw).map { |row| row[1] }
        read = batch
        Door.open(raw) { |door| door.read("SELECT * FROM things ORDER BY id", [], read, 99) }
        from_door = rows(read).map { |row| row[1] }
        same = ->(list) { list.zip(values).all? { |a, b| a.class == b.class && a.inspect == b.inspect && a.encoding == b.encoding rescue a.inspect == b.inspect } }
        kinds = raw.execute("SELECT typeof(name) FROM things ORDER BY id").flatten.tally
        [same.(from_gem), same.(from_door), kinds == {"null" => 1, "integer" => 3, "real" => 4, "text" => 6, "blob" => 2}]
      RUBY
    end

    it "asks with values of every kind, and tells how many are wanted" do
      expect(said(<<~RUBY)).to eq('[[1, 1.5, "x", nil, 1], [ArgumentError, "the query takes 2 values, not 1"], [RangeError]]')
        Door.open(connect) do |door|
          read = batch(columns: %w[a b c d e])
          door.read("SELECT ?, ?, ?, ?, ?", [1, 1.5, "x", nil, true], read, 1)
          [rows(read).first, refusal { door.read("SELECT ?, ?", [1], batch, 1) }, refusal { door.read("SELECT ?", [2**64], batch(columns: %w[a]), 1) }.take(1)]
        end
      RUBY
    end

    it "adds at most as many rows as are asked for, and starts anew each time" do
      expect(said(<<~RUBY)).to eq("[[5000, 5000], [3000, 8000], [\"id\", \"name\", \"price\"]]")
        write(raw = connect, many(8_000))
        Door.open(raw) do |door|
          door.prepare("SELECT * FROM things WHERE id >= ? ORDER BY id") do |statement|
            read = batch
            first = statement.read([0], read, 5_000)
            [[first, read.size], [statement.read([5_000], read, 5_000), read.size], statement.columns]
          end
        end
      RUBY
    end

    it "reads only what changes nothing, one statement, with as many columns as the batch" do
      expect(said(<<~RUBY)).to eq("[[ArgumentError], [ArgumentError], [ArgumentError], [SQLite3::SQLException], [ArgumentError], []]")
        raw = connect
        sql = ["DELETE FROM things", "SELECT 1; SELECT 2", "SELECT 1", "SELECT nothing", "SELECT 1, 2, 3\\0"]
        Door.open(raw) { |door| sql.map { |text| refusal { door.read(text, [], batch, 9) }.take(1) } } + [all(raw)]
      RUBY
    end

    it "counts what became of each row, in each mode" do
      counts = {
        insert: {new: 2, updated: 0, unchanged: 0, skipped: 0},
        insert_only: {new: 1, updated: 0, unchanged: 0, skipped: 2},
        upsert: {new: 1, updated: 1, unchanged: 1, skipped: 0},
        update_only: {new: 0, updated: 1, unchanged: 1, skipped: 1}
      }
      expect(said(<<~RUBY)).to eq([*counts.values, [[1, "a", 2], [2, "c", nil], [3, "new", nil]]].inspect)
        changed = [[1, "a", 2], [2, "c", nil], [3, "new", nil]]
        fresh = -> { connect.tap { |raw| raw.execute("INSERT INTO things VALUES (1, 'a', 2), (2, 'b', NULL)") } }
        [write(connect, batch([1, "a", 2], [2, "b", nil])),
          *%i[insert_only upsert update_only].map { |mode| write(fresh.(), batch(*changed), mode) },
          fresh.().then { |raw| write(raw, batch(*changed), :upsert) && all(raw) }]
      RUBY
    end

    it "updates the columns that it is told to, and inserts all" do
      expect(said(<<~RUBY)).to eq('[{:new=>1, :updated=>1, :unchanged=>0, :skipped=>0}, [[1, "first", 9], [2, "b", 9]]]')
        raw = connect
        write(raw, batch([1, "first", 1]))
        [write(raw, batch([1, "second", 9], [2, "b", 9]), :upsert, update: %w[price]), all(raw)]
      RUBY
    end

    it "leaves equal rows alone, as their column sees them" do
      expect(said(<<~RUBY)).to eq("{:new=>0, :updated=>0, :unchanged=>2, :skipped=>0}")
        raw = connect(table: false)
        raw.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC)")
        write(raw, batch([1, "12", "12.50"], [2, nil, 3]))
        write(raw, batch([1, 12, 12.5], [2, nil, "3"]), :upsert)
      RUBY
    end

    it "writes the live rows of the range only, and the outputs under their names" do
      expect(said(<<~RUBY)).to eq('[{:new=>2, :updated=>0, :unchanged=>0, :skipped=>0}, [[1, "b", 1], [3, "d", 3]]]')
        raw = connect
        letters = batch([9, "x", 0], [1, "b", 1], [2, "c", 2], [3, "d", 3], [4, "e", 4])
        letters.filter(2)
        counts = Door.open(raw) { |door| raw.transaction { writer(door).write(letters, 1, 3) } }
        [counts, all(raw)]
      RUBY
    end

    it "refuses a column that the batch does not have, and a mode that there is not" do
      expect(said(<<~RUBY)).to match(/no column :nme.*Did you mean :name.*rows are not written by :merge/m)
        raw = connect
        Door.open(raw) do |door|
          raw.transaction do
            [refusal { door.writer(:insert, %w[id nme], insert: "INSERT INTO things VALUES (?1, ?2, 0)").write(many(1)) },
              refusal { statements(:merge) }]
          end
        end
      RUBY
    end
  end

  describe "failing" do
    it "raises the gem's own exception, which knows its code and the row; the rows before it are there, nothing of it is" do
      expect(said(<<~RUBY)).to eq('[SQLite3::ConstraintException, "UNIQUE constraint failed: things.id", 1555, 2, 2, [5]]')
        raw = connect
        write(raw, batch([5, "old", nil]))
        Door.open(raw) do |door|
          raw.transaction do
            writer = writer(door)
            raw.execute("SAVEPOINT one")
            error = begin
              writer.write(batch([1, "a", 0], [2, "b", 0], [5, "again", 0], [6, "c", 0]))
            rescue SQLite3::Exception => error
              error
            end
            written = raw.changes && all(raw).size - 1
            raw.execute("ROLLBACK TO one")
            [error.class, error.message, error.code, error.row, written, all(raw).map(&:first)]
          end
        end
      RUBY
    end

    it "leaves the old row when the update half of an upsert fails" do
      expect(said(<<~RUBY)).to eq('["no", 1, [[1, "a", 1], [2, "b", 2]]]')
        raw = connect
        write(raw, batch([1, "a", 1], [2, "b", 2]))
        raw.execute("CREATE TRIGGER guard BEFORE UPDATE ON things WHEN new.id = 2 BEGIN SELECT RAISE(ABORT, 'no'); END")
        error = (write(raw, batch([1, "a", 1], [2, "x", 2], [3, "c", 3]), :upsert) rescue $!)
        [error.message, error.row, all(raw)]
      RUBY
    end

    it "refuses what SQLite would silently make NULL" do
      expect(said(<<~RUBY)).to match(/MismatchException, "SQLite has no such float.*", 1, \[\]\]/)
        raw = connect
        error = (write(raw, batch([1, 1.0, nil], [2, Float::NAN, nil])) rescue $!)
        [error.class, error.message, error.row, all(raw)]
      RUBY
    end

    it "does not write outside a transaction" do
      expect(said(<<~RUBY)).to match(/\A\[\[ActiveDataFlow::Error, ".*materialize_transactions.*"\], \[\]\]\z/)
        raw = connect
        [Door.open(raw) { |door| refusal { writer(door).write(many(1)) } }, all(raw)]
      RUBY
    end

    it "lets what a callback raises come through, and goes on with the connection, from any thread" do
      expect(said(<<~RUBY)).to eq('[[KeyError, "lost"], [ThreadError, "order"], [], 3, 5]')
        raw = connect
        raw.create_function("checked", 1) { |function, id| (id == 3) ? raise(KeyError, "lost") : function.result = id }
        raw.collation("strange", Class.new { def compare(*) = raise(ThreadError, "order") }.new)
        result = Door.open(raw) do |door|
          insert = "INSERT INTO things VALUES (checked(?1), ?2, ?3)"
          by_function = refusal { raw.transaction { door.writer(:insert, COLUMNS, insert:).write(many(5)) } }
          by_collation = refusal { door.read("SELECT 1, 2, 3 WHERE 'a' = 'b' COLLATE strange", [], batch, 9) }
          [by_function, by_collation, all(raw), Thread.new { raw.get_first_value("SELECT 3") }.value]
        end
        result << write(raw, many(5))[:new]
      RUBY
    end

    it "refuses to be used from inside itself, and from two threads at once" do
      expect(said(<<~RUBY)).to match(/\A\[\[ActiveDataFlow::Error, "this connection .* already.*"\], \[ActiveDataFlow::Error, "this connection .* already/)
        raw = connect
        Door.open(raw) do |door|
          raw.create_function("again", 0) { |function| function.result = door.read("SELECT 1, 2, 3", [], batch, 9) }
          waiting = Queue.new
          raw.create_function("slow", 0) { |function| waiting << true; sleep 0.3; function.result = 1 }
          inside = refusal { door.read("SELECT again(), 2, 3", [], batch, 9) }
          slow = Thread.new { door.read("SELECT slow(), 2, 3", [], batch, 9) }
          waiting.pop
          [inside, refusal { door.read("SELECT 1, 2, 3", [], batch, 9) }, slow.value]
        end
      RUBY
    end

    it "never ends the process by what it is given" do
      expect(said(<<~'RUBY')).to eq("5")
        raw = connect
        things = [nil, true, 0, -1, 2**70, 1.5, "", "x", "\xff", "SELECT 1", :sym, :insert, [], [1], [[]], {}, Object.new, batch, raw, many(2)]
        random = Random.new(5)
        pick = -> { things[random.rand(things.size)] }
        door = Door.open(raw)
        native = ActiveDataFlow::Native
        2_000.times do
          case random.rand(6)
          when 0 then door.read(pick.(), pick.(), pick.(), pick.())
          when 1 then door.writer(pick.(), pick.(), insert: pick.(), update: pick.(), probe: pick.())
          when 2 then native::SqliteWriter.new(pick.(), pick.(), pick.(), pick.(), pick.(), pick.(), pick.())
          when 3 then native::SqliteConnection.find(pick.())
          when 4 then raw.transaction { writer(door).write(pick.(), pick.(), pick.()) }
          else door.prepare("SELECT ?1, ?2, ?3").read(pick.(), pick.(), pick.())
          end
        rescue TypeError, ArgumentError, RangeError, NoMethodError, ActiveDataFlow::Error, SQLite3::Exception
          raw.rollback if raw.transaction_active?
        end
        door.close
        raw.execute("DELETE FROM things")
        write(raw, many(5))[:new]
      RUBY
    end
  end

  describe "the connection's life" do
    it "takes its rows back when the transaction is rolled back" do
      expect(said(<<~RUBY)).to eq("[[1], [1]]")
        write(raw = connect, many(1, from: 1))
        Door.open(raw) do |door|
          raw.transaction
          writer(door).write(many(100, from: 5))
          raw.rollback
          [all(raw).map(&:first), rows(batch.tap { |read| door.read("SELECT * FROM things", [], read, 99) }).map(&:first)]
        end
      RUBY
    end

    it "is over when the connection is closed, and lets the file go", if: since_2 do
      skip "this system does not list open files" unless File.directory?("/proc/self/fd")
      expect(said(<<~RUBY)).to match(/\A\[1, \[ActiveDataFlow::Error, "the connection behind this door.*closed.*"\], 0, 0, 0\]\z/)
        Dir.mktmpdir do |folder|
          path = File.join(File.realpath(folder), "a.db")
          raw = connect(path)
          door = Door.open(raw)
          writer = writer(door)
          before = open_files(path)
          raw.close
          said = refusal { writer.write(many(1)) }
          after = open_files(path)
          # Forgotten, and collected:
          raw = connect(path)
          forgotten = -> { 20.times { writer(Door.open(raw)); Door.open(raw).prepare("SELECT 1") } }
          forgotten.call
          raw.close
          raw = nil
          3.times { GC.start }
          4.times { 100.times { Object.new }; GC.start }
          # Raised in the middle:
          raw = connect(path)
          refusal { Door.open(raw) { |door| writer(door); raise "away" } }
          raw.close
          [before, said, after, open_files(path), open_files(path)]
        end
      RUBY
    end

    it "does not outlive a reconnect to the same file", if: since_2 do
      expect(said(<<~RUBY)).to match(/\A\[\[ActiveDataFlow::Error, "the connection behind this door to SQLite is closed.*"\], 1\]\z/)
        Dir.mktmpdir do |folder|
          path = File.join(folder, "a.db")
          door = Door.open(raw = connect(path))
          raw.close
          raw = connect(path)
          [refusal { door.read("SELECT 1, 2, 3", [], batch, 9) }, Door.open(raw) { |fresh| fresh.read("SELECT 1, 2, 3", [], batch, 9) }]
        end
      RUBY
    end

    it "is dead in a child process, which opens its own; the parent goes on" do
      skip "no fork here" unless Process.respond_to?(:fork)
      said = printed(<<~RUBY)
        SQLite3::ForkSafety.suppress_warnings! if defined?(SQLite3::ForkSafety)
        Dir.mktmpdir do |folder|
          raw = connect(path = File.join(folder, "a.db"))
          door = Door.open(raw)
          writer = writer(door)
          reader, answers = IO.pipe
          pid = fork do
            reader.close
            own = connect(path)
            answers.puts(refusal { writer.write(many(1)) }.inspect, refusal { Door.open(raw) { 1 } }.inspect, write(own, many(2)))
            door.close
            GC.start
            own.close
            answers.close
            exit!(0)
          end
          answers.close
          puts reader.read, Process.wait2(pid).last.success?
          raw.transaction { puts writer.write(many(3, from: 10)) }
          door.close
          puts all(raw).size
        end
      RUBY
      elsewhere = /ActiveDataFlow::Error, "this door to SQLite was opened in process \d+, and this is process \d+/
      # Since 2.0 the gem closes what a child has inherited.
      expect(said.lines.map(&:chomp)).to match([
        elsewhere, since_2 ? "nil" : elsewhere,
        "{:new=>2, :updated=>0, :unchanged=>0, :skipped=>0}", "true",
        "{:new=>3, :updated=>0, :unchanged=>0, :skipped=>0}", "5"
      ])
    end

    it "keeps two connections apart that are used at once" do
      expect(said(<<~RUBY)).to eq("[9000, 0, true]")
        Dir.mktmpdir do |folder|
          from, to = %w[a b].map { |name| connect(File.join(folder, name)) }
          write(from, many(9_000))
          read = 0
          Door.open(from) do |source|
            Door.open(to) do |sink|
              to.transaction
              into = writer(sink)
              source.prepare("SELECT * FROM things WHERE id > ? ORDER BY id") do |page|
                last = -1
                loop do
                  rows = batch
                  break if page.read([last], rows, 700).zero?

                  into.write(rows)
                  last = rows.cell(rows.size - 1, 0)
                end
              end
              same = all(from) == all(to)
              written = all(to).size
              to.rollback
              read = [written, all(to).size, same]
            end
          end
          read
        end
      RUBY
    end
  end

  describe "waiting and being interrupted" do
    # A process that holds the write lock of the file, and lets it go when its input ends.
    holding = <<~RUBY
      def holding(path)
        program = 'require "sqlite3"; raw = SQLite3::Database.new(ARGV[0]); raw.execute("BEGIN IMMEDIATE"); puts; $stdout.flush; $stdin.read'
        IO.popen([RbConfig.ruby, "-e", program, path], "r+") do |other|
          other.gets
          yield other
        end
      end
    RUBY

    it "waits for a busy database as the connection was told to, and no longer" do
      expect(said(<<~RUBY)).to eq("[[SQLite3::BusyException, 5, true], [3, true]]")
        #{holding}
        Dir.mktmpdir do |folder|
          raw = connect(path = File.join(folder, "a.db"))
          calls = 0
          holding(path) do |other|
            raw.busy_handler { (calls += 1) < 4 || false }
            Door.open(raw) do |door|
              raw.execute("BEGIN DEFERRED")
              error = (writer(door).write(many(3)) rescue $!)
              gave_up = [error.class, error.code, calls == 4]
              raw.busy_handler { |count| other.close_write if count == 3; sleep 0.01; calls += 1 }
              counts = writer(door).write(many(3))
              raw.execute("COMMIT")
              [gave_up, [counts[:new], calls > 7]]
            end
          end
        end
      RUBY
    end

    it "lets a timeout and a kill reach a thread that waits, and the connection stay usable for others", if: since_2 do
      expect(said(<<~RUBY)).to eq("[[Timeout::Error], nil, true, 3]")
        require "timeout"
        #{holding}
        Dir.mktmpdir do |folder|
          raw = connect(path = File.join(folder, "a.db"))
          raw.busy_handler_timeout = 60_000
          holding(path) do |other|
            Door.open(raw) do |door|
              attempt = -> { raw.execute("BEGIN DEFERRED"); writer(door).write(many(3)) }
              timeout = refusal { Timeout.timeout(0.1) { attempt.call } }.take(1)
              raw.execute("ROLLBACK")
              thread = Thread.new(&attempt)
              sleep 0.05 until thread.status == "sleep"
              sleep 0.1
              thread.kill
              thread.join
              killed = thread.value
              raw.execute("ROLLBACK")
              other.close_write
              [timeout, killed, thread.alive? == false, Thread.new { raw.transaction { writer(door).write(many(3))[:new] } }.value]
            end
          end
        end
      RUBY
    end

    it "can be interrupted between rows, and leaves nothing half done" do
      expect(said(<<~RUBY)).to eq("[[Timeout::Error], [Timeout::Error], 0, 300000]")
        require "timeout"
        raw = connect
        Door.open(raw) do |door|
          rows = many(300_000)
          writing = refusal { raw.transaction { Timeout.timeout(0.05) { loop { writer(door, :upsert).write(rows) } } } }
          reading = refusal { Timeout.timeout(0.05) { loop { door.read("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i FROM n", [], batch, 10_000_000) } } }
          left = all(raw).size
          raw.transaction { writer(door).write(rows) }
          [writing.take(1), reading.take(1), left, raw.get_first_value("SELECT count(*) FROM things")]
        end
      RUBY
    end

    it "is the same while the collector runs at every allocation" do
      expect(said(<<~'RUBY')).to eq("[true, true]")
        use = lambda do
          raw = connect
          result = Door.open(raw) do |door|
            raw.transaction { writer(door, :upsert).write(batch([1, "caf\xe9", 2**40], [2, "\x00".b, nil])) }
            failed = (raw.transaction { writer(door).write(batch([1, "x", 0])) } rescue [$!.class, $!.row])
            read = batch
            door.read("SELECT * FROM things WHERE id >= ?", [1], read, 9)
            [rows(read), failed]
          end
          raw.close
          result
        end
        expected = use.call
        GC.stress = true
        seen = 2.times.map { use.call }
        GC.stress = false
        seen.map { |one| one == expected }
      RUBY
    end
  end
end
