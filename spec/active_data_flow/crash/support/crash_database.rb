# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "tmpdir"

# The database that the environment names, once for each crash: a copy of one that was prepared, so that a process that
# stands still in one of them stops nobody else.
module CrashDatabase
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym
  LEASE = 1 # seconds

  @copies = 0
  @lock = Mutex.new

  class << self
    # @param rows [Integer] of the source
    # @return [Hash] what `establish_connection` takes, of a new database with this many orders and an empty sink
    def fresh(rows: 100)
      return make(rows, name(@lock.synchronize { @copies += 1 })) if KIND == :mysql # which cannot copy one

      template = @lock.synchronize { (@templates ||= {})[rows] ||= make(rows) }
      number = @lock.synchronize { @copies += 1 }
      (KIND == :postgresql) ? postgresql_copy(template, number) : sqlite_copy(template, number)
    end

    # In a process of its own: connects to one of them.
    # @param config [Hash]
    def connect(config)
      ::ActiveRecord::Base.establish_connection(**config)
      Operations.logger = Logger.new(IO::NULL)
    end

    # Removes one that is not wanted any more.
    def remove(config)
      case KIND
      when :postgresql then server { |pg| pg.exec("DROP DATABASE #{config[:database]} WITH (FORCE)") }
      when :mysql then Mysql.with_client { |client| client.query("DROP DATABASE #{config[:database]}") }
      else FileUtils.rm_f(config[:database])
      end
    end

    # @yieldparam pg [PG::Connection] which is nobody else's
    def server(config = Postgresql.config)
      require "pg"
      pg = PG.connect(host: config[:host], port: config[:port], user: config[:username], dbname: config[:database],
        application_name: "crash")
      pg.exec("SET client_min_messages = warning")
      yield pg
    ensure
      pg&.close
    end

    private

    def make(rows, name = name("template#{rows}"))
      config = Servers.fresh(KIND, name, **POOL) || {adapter: "sqlite3", database: File.join(folder, "#{name}.sqlite3"), **POOL}
      pid = fork do
        connect(config)
        Tables.new.make(rows)
        ::ActiveRecord::Base.connection_handler.clear_all_connections!
      ensure
        warn($!.full_message) if $!
        exit!($! ? 1 : 0)
      end
      Process.wait(pid)
      raise "the tables could not be made" unless $?.success?

      config
    end

    POOL = {max_connections: 8, pool: 8, timeout: 1500}.freeze
    private_constant :POOL

    def postgresql_copy(template, number)
      server { |pg| pg.exec("CREATE DATABASE #{name(number)} TEMPLATE #{template[:database]}") }
      template.merge(database: name(number))
    end

    def sqlite_copy(template, number)
      file = File.join(folder, "#{number}.sqlite3")
      FileUtils.cp(template[:database], file)
      template.merge(database: file)
    end

    def name(word) = "crash_#{Process.pid}_#{word}"

    def folder = @folder ||= Dir.mktmpdir.tap { |folder| Process.pid.then { |pid| at_exit { FileUtils.rm_rf(folder) if pid == Process.pid } } }
  end

  # What the template holds. The audit hears of each write that was committed, and of which order it was.
  class Tables
    def make(rows)
      ActiveDataFlow.prepare_database!
      connection.execute("PRAGMA journal_mode = DELETE") if KIND == :sqlite # one file, which can be copied
      tables
      orders(rows)
      send(:"#{KIND}_triggers")
    end

    private

    def connection = ::ActiveRecord::Base.connection

    def tables
      connection.create_table(:orders) { |table| table.integer(:net) && table.integer(:tax) && table.string(:name) }
      connection.create_table(:audits) { |table| table.string(:sink) && table.bigint(:order_id) }
      connection.create_table(:calls) { |table| table.bigint(:run_id) }
      # Nothing unique: what is written twice is there twice.
      connection.create_table(:order_exports) { |table| columns(table) }
      connection.create_table(:order_copies) { |table| columns(table) }
      connection.add_index(:order_copies, :order_id, unique: true)
    end

    def columns(table)
      table.bigint :order_id
      table.integer :total
      table.string :name
      table.check_constraint "total <> 64", name: "not_sixty_four"
    end

    def orders(rows)
      connection.execute("SET max_recursive_iterations = #{rows}") if KIND == :mysql
      numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < #{rows})"
      name = (KIND == :mysql) ? "CONCAT('order ', i)" : "'order ' || i"
      connection.execute("INSERT INTO orders (id, net, tax, name) #{numbers} SELECT i, i, CASE WHEN i % 10 = 0 THEN 0 ELSE i END, #{name} FROM n")
      # Some of the copies are there already, some of these out of date.
      connection.execute("INSERT INTO order_copies (order_id, total, name) SELECT id, net + tax, CASE WHEN id % 6 = 0 THEN 'old' ELSE name END " \
        "FROM orders WHERE id % 3 = 0 AND id % 10 <> 0 AND net + tax <> 64")
    end

    def mysql_triggers
      %w[order_exports order_copies].product(%w[INSERT UPDATE]).each do |table, deed|
        connection.execute("CREATE TRIGGER #{table}_#{deed} AFTER #{deed} ON #{table} FOR EACH ROW INSERT INTO audits (sink, order_id) VALUES ('#{table}', NEW.order_id)")
      end
    end

    def sqlite_triggers
      %w[order_exports order_copies].product(%w[INSERT UPDATE]).each do |table, deed|
        connection.execute("CREATE TRIGGER #{table}_#{deed} AFTER #{deed} ON #{table} BEGIN INSERT INTO audits (sink, order_id) VALUES ('#{table}', NEW.order_id); END")
      end
    end

    # Where a session has the settings, it stands still at a row, or in the COMMIT that this row is in.
    def postgresql_triggers
      connection.execute(<<~SQL)
        CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO audits (sink, order_id) VALUES (TG_TABLE_NAME, NEW.order_id); RETURN NULL; END $$;
        CREATE FUNCTION at_row() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.order_id::text = current_setting('crash.row', true) THEN PERFORM pg_sleep(30); END IF; RETURN NEW; END $$;
        CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.order_id::text = current_setting('crash.commit', true) THEN PERFORM pg_sleep(0.6); END IF; RETURN NULL; END $$;
      SQL
      %w[order_exports order_copies].each do |table|
        connection.execute("CREATE TRIGGER audited AFTER INSERT OR UPDATE ON #{table} FOR EACH ROW EXECUTE FUNCTION audited()")
        connection.execute("CREATE TRIGGER at_row BEFORE INSERT ON #{table} FOR EACH ROW EXECUTE FUNCTION at_row()")
        connection.execute("CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON #{table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()")
      end
    end
  end
end
