# frozen_string_literal: true

require_relative "../crash_scenario"

# The database that a sink is in, beside the one that keeps the runs: of a kind that the environment names.
class FarRecord < ActiveRecord::Base
  self.abstract_class = true
end

module FarDatabase
  KIND = ENV.fetch("ADF_SPEC_SINK", "sqlite").to_sym

  @number = 0
  @lock = Mutex.new

  class << self
    # @return [Hash] what `establish_connection` takes, of a new database with an empty sink
    def fresh
      name = "far_#{Process.pid}_#{@lock.synchronize { @number += 1 }}"
      config = Servers.fresh(KIND, name, pool: 8, timeout: 1500) || {adapter: "sqlite3", database: File.join(folder, "#{name}.sqlite3"), pool: 8, timeout: 1500}
      in_a_process { make(config) }
      config
    end

    def remove(config)
      (KIND == :sqlite) ? FileUtils.rm_f(Dir["#{config[:database]}*"]) : CrashDatabase.server { |pg| pg.exec("DROP DATABASE #{config[:database]} WITH (FORCE)") }
    end

    # Ends every session there but the one that does it.
    def end_sessions(config)
      CrashDatabase.server(config) do |pg|
        pg.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
      end
    end

    private

    def make(config)
      FarRecord.establish_connection(**config)
      ActiveDataFlow.prepare_marks!(FarRecord)
      # Nothing unique: what is written twice is there twice.
      FarRecord.connection.create_table(:order_exports) do |table|
        table.bigint :order_id
        table.integer :total
        table.string :name
        table.check_constraint "total <> 64", name: "not_sixty_four"
      end
    end

    def in_a_process
      pid = fork do
        yield
      ensure
        warn($!.full_message) if $!
        exit!($! ? 1 : 0)
      end
      Process.wait(pid)
      raise "the tables could not be made" unless $?.success?
    end

    def folder = @folder ||= Dir.mktmpdir.tap { |folder| Process.pid.then { |pid| at_exit { FileUtils.rm_rf(folder) if pid == Process.pid } } }
  end

  # A process that is connected to both.
  module Connected
    private

    def prepare(config, point, deed, ...)
      far = config.fetch(:far)
      FarRecord.establish_connection(**far)
      deed = -> { FarDatabase.end_sessions(far) } if deed == "end"
      super(config.except(:far), point, deed, ...)
    end
  end
  CrashProcess.prepend(Connected)
end

# A crash between two databases.
class FarScenario < CrashScenario
  def initialize(flow = FarExportFlow, rows: 50)
    super
    @config = @config.merge(far: FarDatabase.fresh)
  end

  def remove
    CrashDatabase.remove(@config)
    FarDatabase.remove(@config[:far])
  end

  private

  def look = super.with(twice: table("SELECT order_id, count(*) FROM order_exports GROUP BY order_id HAVING count(*) > 1"))

  def table(sql) = (sql.include?("order_exports") ? FarRecord : ActiveRecord::Base).connection_pool.with_connection { |connection| connection.select_rows(sql) }
end

# Appends, in the other database.
class FarExportFlow < CrashedFlow
  sink :order_exports, connection: "FarRecord", mode: :insert
end

# Many rows, in batches of a usual size.
class FarBulkFlow < FarExportFlow
  batch_size 500
end

# Moments between the two.
module FarPoints
  TAKE = /UPDATE active_data_flow_marks SET commits = CASE/
  FENCE = /UPDATE active_data_flow_marks SET commits = commits \+ 1/
  MIRROR = /UPDATE active_data_flow_data_flow_runs SET commits = commits \+ 1/

  def self.at(moment, pattern, **more) = [CrashPoints::Statement.new(moment, pattern, **more)]

  ALL = {
    "between the claim and the mark" => at(:before, TAKE),
    "before the mark is made" => at(:before, /INSERT INTO active_data_flow_marks/),
    "after the mark is made" => at(:after, /INSERT INTO active_data_flow_marks/),
    "after the mark is taken" => at(:after, TAKE, nth: 2),
    "before the fence of the mark" => at(:before, FENCE, nth: 2),
    "after the fence of the mark" => at(:after, FENCE, nth: 2),
    "before the sink's COMMIT" => at(:before, /\ACOMMIT/i, nth: 3, since: FENCE),
    "after the sink's COMMIT" => at(:after, /\ACOMMIT/i, nth: 3, since: FENCE),
    "before the run's row follows" => at(:before, MIRROR, nth: 2),
    "before the run's row follows with rejects" => at(:before, MIRROR, nth: 4),
    "between the row and its rejects" => at(:before, /INSERT INTO "?active_data_flow_rejects/),
    "before the row's COMMIT" => at(:before, /\ACOMMIT/i, nth: 4, since: FENCE),
    "after the row's COMMIT" => at(:after, /\ACOMMIT/i, nth: 4, since: FENCE),
    "before the run's row follows the last time" => at(:before, /status = 'success'/),
    "after the run's row has followed the last time" => at(:after, /status = 'success'/),
    # No session that is idle there: it is known by its name, and ended.
    **((FarDatabase::KIND == :postgresql) ? {"inside COPY" => [CrashPoints::Copy.new]} : {})
  }.freeze
  # Where a process that stands still has the lock of the sink's file, or of the one that keeps the runs.
  LOCKED = ["after the mark is taken", "after the fence of the mark", "before the sink's COMMIT"].freeze
  LOCKED_RUNS = ["before the run's row follows", "before the run's row follows with rejects", "between the row and its rejects", "before the row's COMMIT",
    "before the run's row follows the last time", "after the run's row has followed the last time"].freeze

  # @return [Boolean] whether others wait for a process that stands still there
  def self.waits?(point)
    (FarDatabase::KIND == :sqlite && (LOCKED.include?(point) || point.include?("mark is made"))) || (CrashDatabase::KIND == :sqlite && LOCKED_RUNS.include?(point))
  end
end
