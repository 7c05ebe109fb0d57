# frozen_string_literal: true

# Moments in the life of a run at which its process meets its end: by statements that ActiveRecord tells of, by methods of
# the engine and of the drivers, and by triggers of the database. The engine knows nothing of them.
module CrashPoints
  # Hears of each statement before it is sent and after its answer. It counts from the claim on, or from what it is told.
  class Statement
    def initialize(moment, pattern, nth: 1, since: /SET deaths/)
      @moment, @pattern, @left, @since = moment, pattern, nth, since
    end

    def arm(_config) = ActiveSupport::Notifications.subscribe("sql.active_record", self)

    def start(_name, _id, payload) = heard(:before, payload[:sql])

    def finish(_name, _id, payload)
      @since = nil if @since && payload[:sql].match?(@since)
      heard(:after, payload[:sql])
    end

    private

    def heard(moment, sql)
      CrashPoints.strike if moment == @moment && @since.nil? && sql.match?(@pattern) && (@left -= 1).zero?
    end
  end

  # A method of Ruby's, after its nth answer.
  class Answer
    def initialize(owner, name, nth: 1)
      @owner, @name, @left = owner, name, nth
    end

    def arm(_config)
      heard = -> { CrashPoints.strike if (@left -= 1).zero? }
      name = @name
      Object.const_get(@owner).prepend(Module.new { define_method(name) { |*given, **more, &block| super(*given, **more, &block).tap { heard.call } } })
    end
  end

  # Something that the flow's own block does when it comes to a row.
  class Row
    def initialize(number = 15, &deed)
      @number, @deed = number, deed || -> { CrashPoints.strike }
    end

    def arm(_config) = CrashPoints.rows[@number] = @deed
  end

  # In the callbacks.
  class Callback
    def arm(_config) = CrashPoints.on_callback = -> { CrashPoints.strike }
  end

  # The first half of a COPY is on its way.
  class Copy
    def arm(_config)
      require "pg"
      number = 0
      half = Module.new do
        define_method(:put_copy_data) do |bytes, *more|
          next super(bytes, *more) unless (number += 1) == 2

          super(bytes.byteslice(0, bytes.bytesize / 2), *more)
          flush
          CrashPoints.strike
          super(bytes.byteslice(bytes.bytesize / 2..), *more)
        end
      end
      PG::Connection.prepend(half)
    end
  end

  # The database is at a row of the sink, inside a statement.
  class SinkRow
    def initialize(number = 15, table: "order_exports")
      @number, @table = number, table
    end

    def arm(config)
      return Sleeper.new("crash.row" => @number.to_s).arm(config) if CrashDatabase::KIND == :postgresql

      ::ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.raw_connection.create_function("crash", 0) { |answer| CrashPoints.strike && answer.result = 1 }
        connection.execute("CREATE TEMP TRIGGER crash BEFORE INSERT ON #{@table} WHEN NEW.order_id = #{@number} BEGIN SELECT crash(); END")
      end
    end
  end

  # A session that stands still in a trigger; a thread beside it does what is to be done meanwhile.
  class Sleeper
    def initialize(settings) = @settings = settings

    def arm(config)
      CrashDatabase.connect(config.merge(variables: @settings))
      Thread.new do
        CrashDatabase.server(config) do |pg|
          sleep 0.01 until pg.exec("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()").any?
          # Those that come after it do not sleep.
          pg.exec("CREATE OR REPLACE FUNCTION at_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
          pg.exec("CREATE OR REPLACE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
          CrashPoints.strike
        end
      end
    end
  end

  # A statement is done, COMMIT by default, and its answer does not arrive.
  class LostAnswer
    def initialize(pattern = /\ACOMMIT/i, nth: 2)
      @pattern, @nth = pattern, nth
    end

    def arm(_config)
      require "pg"
      pattern, left = @pattern, @nth
      claimed = false
      lost = Module.new do
        %i[exec async_exec exec_params async_exec_params query exec_prepared async_exec_prepared].each do |name|
          next unless PG::Connection.method_defined?(name)

          define_method(name) do |sql, *more, &block|
            answer = super(sql, *more, &block)
            claimed ||= sql.include?("SET deaths")
            next answer unless claimed && sql.match?(pattern) && (left -= 1).zero?

            CrashPoints.strike
            raise PG::ConnectionBad, "server closed the connection unexpectedly"
          end
        end
      end
      PG::Connection.prepend(lost)
    end
  end

  CLAIM = /UPDATE active_data_flow_data_flow_runs.* SET deaths/
  FENCE = /UPDATE active_data_flow_data_flow_runs.* SET commits/
  RELEASE = /SET token = NULL/
  RENEWAL = /UPDATE active_data_flow_data_flow_runs.* SET lease_until/
  CALLBACKS = /SET callbacks_due = 0/
  LAST = /status = 'success'/

  # For the release: the program is told to end. For the renewer: the batch takes long.
  INTERRUPTED = Row.new { Process.kill(:INT, Process.pid) && sleep(0.2) }
  SLOW = Row.new { 600.times { CrashPoints.struck? ? break : sleep(0.01) } }

  # By name, what has to be armed.
  ALL = {
    "before the run is made" => [Statement.new(:before, /INSERT INTO "?active_data_flow_data_flow_runs/, since: nil)],
    "after the run is made" => [Statement.new(:after, /INSERT INTO "?active_data_flow_data_flow_runs/, since: nil)],
    "before the claim" => [Statement.new(:before, CLAIM, since: nil)],
    "after the claim" => [Statement.new(:after, CLAIM, since: nil)],
    "after a read" => [Answer.new("ActiveDataFlow::Engine::RowsPath", :next, nth: 2)],
    "in the transform of the first batch" => [Row.new(5)],
    "in the transform" => [Row.new],
    "after the steps" => [Answer.new("ActiveDataFlow::Engine::RowsPath::Portion", :prepare, nth: 2)],
    "after BEGIN" => [Statement.new(:after, /\ABEGIN/i, nth: 2)],
    "before the fence" => [Statement.new(:before, FENCE, nth: 2)],
    "after the fence" => [Statement.new(:after, FENCE, nth: 2)],
    "inside a savepoint" => [Statement.new(:after, /\ASAVEPOINT/i, nth: 2)],
    "between the rows" => [SinkRow.new],
    "in the halves of a refused batch" => [Statement.new(:after, /\AROLLBACK TO SAVEPOINT/i)],
    "before rejects are kept" => [Statement.new(:before, /INSERT INTO "?active_data_flow_rejects/)],
    "before COMMIT" => [Statement.new(:before, /\ACOMMIT/i, nth: 2)],
    "after COMMIT" => [Statement.new(:after, /\ACOMMIT/i, nth: 2)],
    "before the last COMMIT" => [Statement.new(:before, /\ACOMMIT/i, since: LAST)],
    "after the last COMMIT" => [Statement.new(:after, /\ACOMMIT/i, since: LAST)],
    "in the callbacks" => [Callback.new],
    "before the callbacks are noted" => [Statement.new(:before, CALLBACKS)],
    "before a renewal" => [SLOW, Statement.new(:before, RENEWAL)],
    "after a renewal" => [SLOW, Statement.new(:after, RENEWAL)],
    "before a release" => [INTERRUPTED, Statement.new(:before, RELEASE)],
    "after a release" => [INTERRUPTED, Statement.new(:after, RELEASE)]
  }

  ON_A_SERVER = {
    "inside COPY" => [Copy.new],
    "in COMMIT" => [Sleeper.new("crash.commit" => "15")]
  }
  ALL.merge!(ON_A_SERVER) if CrashDatabase::KIND == :postgresql

  # There a claim is a transaction, and all rows of a batch are one statement.
  ON_MYSQL = {
    "before the claim" => [Statement.new(:before, /FOR UPDATE SKIP LOCKED/, since: nil)],
    "after the claim" => [Statement.new(:after, /\ACOMMIT/i)],
    "between the rows" => [Statement.new(:before, /INSERT INTO `order_exports`/, nth: 2)],
    "before COMMIT" => [Statement.new(:before, /\ACOMMIT/i, nth: 3)],
    "after COMMIT" => [Statement.new(:after, /\ACOMMIT/i, nth: 3)]
  }
  ALL.merge!(ON_MYSQL) if CrashDatabase::KIND == :mysql

  # One statement of a window, or of a page that COPY has brought.
  WINDOW = /adf_page AS MATERIALIZED|\AINSERT INTO "order_copies"/
  MERGE = /\AWITH (adf_look|added) AS/

  # The same, where no row leaves the database.
  IN_A_WINDOW = {
    "before the window's INSERT .. SELECT" => [Statement.new(:before, WINDOW, nth: 2)],
    "in the window's INSERT .. SELECT" => [SinkRow.new(14, table: "order_copies")],
    "after the window's INSERT .. SELECT" => [Statement.new(:after, WINDOW, nth: 2)],
    "after the ROLLBACK of a refused window" => [Statement.new(:after, /\AROLLBACK TO SAVEPOINT/i)],
    "before the window's COMMIT" => [Statement.new(:before, /\ACOMMIT/i, nth: 2)],
    "after the window's COMMIT" => [Statement.new(:after, /\ACOMMIT/i, nth: 2)]
  }
  case CrashDatabase::KIND
  when :postgresql then IN_A_WINDOW["in the window's COMMIT"] = [Sleeper.new("crash.commit" => "14")]
  when :sqlite then IN_A_WINDOW["after the window's UPDATE"] = [Statement.new(:after, /\AUPDATE "order_copies"/, nth: 2)]
  end

  # The same, where rows come by COPY into a temporary table and are merged into the sink.
  IN_A_MERGE = {
    "after the temporary table is made" => [Statement.new(:after, /\ACREATE TEMPORARY TABLE/, nth: 2)],
    "inside COPY into the temporary table" => [Copy.new],
    "after COPY, before the merge" => [Statement.new(:before, MERGE, nth: 2)],
    "in the merge" => [SinkRow.new(14, table: "order_copies")],
    "after the merge" => [Statement.new(:after, MERGE, nth: 2)],
    "before the merge's COMMIT" => [Statement.new(:before, /\ACOMMIT/i, nth: 2)],
    "in the merge's COMMIT" => [Sleeper.new("crash.commit" => "14")]
  }

  # Before there is a run, nobody can take it over.
  WITHOUT_A_RUN = ["before the run is made", "after the run is made"].freeze
  # Where a process that stands still keeps the file's lock, or InnoDB's of the run: nobody takes over before it goes on.
  HOLD_THE_LOCK = ["after BEGIN", "before the fence", "after the fence", "inside a savepoint", "between the rows",
    "in the halves of a refused batch", "before rejects are kept", "before COMMIT", "before the last COMMIT",
    *(IN_A_WINDOW.keys - ["after the window's COMMIT"])].freeze
  # The run is a success when they are reached.
  AFTER_THE_END = ["after the last COMMIT", "in the callbacks", "before the callbacks are noted"].freeze
  SERVER = CrashDatabase::KIND == :postgresql
  # By flow, the points on its path.
  OF_FLOWS = {"OrderExportFlow" => ALL, "OrderPushFlow" => (CrashDatabase::KIND == :mysql) ? {} : IN_A_WINDOW, "OrderCopyFlow" => SERVER ? IN_A_MERGE : {}}
  # Those at which only the end of a session makes a difference.
  LOST = {
    "OrderExportFlow" => {"after COMMIT, its answer lost" => [LostAnswer.new]},
    "OrderPushFlow" => {"after the window's INSERT .. SELECT, its answer lost" => [LostAnswer.new(WINDOW)],
                        "after the window's COMMIT, its answer lost" => [LostAnswer.new]},
    "OrderCopyFlow" => {"after the merge, its answer lost" => [LostAnswer.new(MERGE)],
                        "after the merge's COMMIT, its answer lost" => [LostAnswer.new]}
  }.select { SERVER }
  BY_NAME = [*OF_FLOWS.values, *LOST.values].reduce(:merge)

  class << self
    attr_writer :on_callback

    # @return [Hash] what happens at an order's row in the block
    def rows = @rows ||= {}

    # @param point [String, Object] of {BY_NAME}, or one of its own
    # @param deed ["kill", "stop", "end", Proc] what happens to this process there, once
    # @param config [Hash] of its database
    def arm(point, deed, config)
      @deed, @config = deed, config
      (point.is_a?(String) ? BY_NAME.fetch(point) : [point]).each { |one| one.arm(config) }
    end

    # @return [Boolean] whether others have to wait for a process that stands still there
    def waits?(name) = WITHOUT_A_RUN.include?(name) || (CrashDatabase::KIND != :postgresql && HOLD_THE_LOCK.include?(name))

    def struck? = @struck == true

    def strike
      return if struck?

      @struck = true
      case @deed
      when "kill" then Process.kill(:KILL, Process.pid) && sleep
      when "stop" then Process.kill(:STOP, Process.pid)
      when Proc then @deed.call
      else end_sessions
      end
    end

    # Called by the flow.
    def row(number) = rows[number]&.call

    # Called by the flow.
    def called(run)
      ::ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("INSERT INTO calls (run_id) VALUES (#{run.id})") }
      @on_callback&.call
    end

    private

    def end_sessions
      CrashDatabase.server(@config) do |pg|
        others = "FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'crash' AND backend_type = 'client backend'"
        pg.exec("SELECT pg_terminate_backend(pid) #{others}")
        sleep 0.01 while pg.exec("SELECT 1 #{others}").any?
      end
    end
  end
end
