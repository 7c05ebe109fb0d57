# frozen_string_literal: true

# Runs that are split into parts by ranges of the source's keys.
RSpec.describe "[parts]" do
  include_context "flows in a database"

  let(:told) { [] }

  # A row that is written twice raises, or is there twice.
  def export(count = 4, mode: :insert, from: :orders, **line, &more)
    told = self.told
    flow do
      source from, **line
      batch_size 10
      partitions count
      sink :exports, mode: mode
      after_complete { |run| told << [:complete, run.id, run.counts[:read]] }
      after_failure { |run| told << [:failure, run.id, run.error_message] }
      class_eval(&more) if more
    end
  end

  def parts_of(run) = run.parts.map { |part| [part.counts[:read], part.status] }

  def exported = rows(:exports, :id).flatten.map(&:to_i)

  it "carry each row over once, in about equal shares, and count together" do
    orders(100)
    seen = []
    run = export.run_now { |now| seen << [now.id, now.counts[:read], now.progress] }
    expect(counted(run)).to eq(read: 100, new: 100)
    expect(parts_of(run)).to eq([[25, "success"]] * 4)
    expect(exported).to eq((1..100).to_a)
    expect(seen.map(&:first).uniq).to eq([run.id])
    expect(seen.map { |_, read, _| read }.each_cons(2)).to all(satisfy { |before, after| after > before })
    expect(seen.map(&:last).compact.chunk_while { |a, b| a == b }.map(&:first)).to eq([0.25, 0.5, 0.75, 1.0])
    expect([OrderExportFlow.runs, told]).to eq([[run], [[:complete, run.id, 100]]])
    expect([run.progress, run.duration]).to match([1.0, be > 0])
  end

  it "keep to their ranges on every way that rows take" do
    orders(100)
    ways = {pushdown: proc {}, transform: proc { transform { |row| row[:name] = row[:name].upcase } }, native: proc { derive(:note) { |row| row[:name] } }}
    ways.each_value do |way|
      FlowDatabase.elsewhere("DELETE FROM exports")
      run = export(&way).run_now
      expect(parts_of(run)).to eq([[25, "success"]] * 4)
      expect(run.parts.map { |part| part.cursor[/\d+/].to_i }).to eq([25, 50, 75, 100])
      expect(exported).to eq((1..100).to_a)
    end
  end

  # In windows, where the database does all of it.
  it "are read by the index, between two bounds", if: %i[sqlite postgresql].include?(FlowDatabase::KIND) do
    orders(1000)
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sent << event.payload[:sql] }
    export.run_now
    ActiveSupport::Notifications.unsubscribe(listener)
    windows = sent.grep(/\AINSERT INTO.*SELECT.*FROM .?orders/mi)
    expect(windows.size).to be >= 100

    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off") if FlowDatabase::KIND == :postgresql
      explain = (FlowDatabase::KIND == :sqlite) ? "EXPLAIN QUERY PLAN" : "EXPLAIN"
      plans = windows.values_at(0, 30, 60).map { |sql| connection.select_rows("#{explain} #{sql}").flatten.join("\n") }
      expect(plans.drop(1)).to all(match(/SEARCH orders USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)|Index Cond: \(\(.*id > .*id <= /))
      connection.execute("RESET enable_seqscan; RESET enable_bitmapscan") if FlowDatabase::KIND == :postgresql
    end
  end

  it "go by the database's order of texts, of several columns, and downwards" do
    orders(90)
    [{cursor: :number}, {cursor: %i[state number]}, {cursor: :number, order: :desc}].each do |line|
      FlowDatabase.elsewhere("DELETE FROM exports")
      run = export(3, **line).run_now
      expect(parts_of(run)).to eq([[30, "success"]] * 3)
      expect(exported).to eq((1..90).to_a)
    end
  end

  it "go by the rows that a relation has" do
    orders(90)
    Order.where("id % 3 = 0").update_all(state: "paid")
    run = export(3, from: Order, scope: :paid).run_now
    expect(parts_of(run)).to eq([[10, "success"]] * 3)
    joined = export(3) { source(cursor: :id) { Order.joins("JOIN orders other ON other.id = orders.id").select("orders.id, orders.number, orders.state").where(state: "paid") } }
    FlowDatabase.elsewhere("DELETE FROM exports")
    expect(parts_of(joined.run_now)).to eq([[10, "success"]] * 3)
  end

  it "are fewer where there are fewer rows, and none where there is nothing to split" do
    orders(3)
    expect(parts_of(export(8).run_now)).to eq([[1, "success"]] * 3)
    Order.where("id > 1").delete_all
    expect(export(8, mode: :upsert).run_now).to have_attributes(parts: [], status: "success", counts: include(read: 1))
    Order.delete_all
    expect(export(8).run_now).to have_attributes(parts: [], status: "success", counts: include(read: 0))
  end

  it "are said by the plan" do
    orders(10)
    expect(export.plan.to_s).to include("parts   4 by id, each a run of its own")
  end

  it "do their work though another one fails, and go on where that was" do
    orders(100)
    bad = [38, 99]
    export { transform { |row| raise "bad #{row[:id]}" if bad.include?(row[:id]) } }
    expect { OrderExportFlow.run_now }.to raise_error("bad 38")
    failed = OrderExportFlow.runs.first
    expect([failed.status, failed.error_message, parts_of(failed)]).to eq(["failed", "bad 38", [[25, "success"], [10, "failed"], [25, "success"], [20, "failed"]]])
    expect(told).to eq([[:failure, failed.id, "bad 38"]])
    bad.clear
    expect(OrderExportFlow.run_now).to eq(failed)
    expect([exported, counted(failed.reload), OrderExportFlow.runs.size]).to eq([(1..100).to_a, {read: 100, new: 100}, 1])
    expect(told.last).to eq([:complete, failed.id, 100])
  end

  it "put rows aside that the whole run shows" do
    orders(100)
    run = export do
      on_error :quarantine, budget: 1.0
      transform { |row| raise "odd" if [7, 77].include?(row[:id]) }
    end.run_now
    expect(run.rejects.map { |reject| reject.row["id"] }).to eq([7, 77])
    expect(counted(run)).to eq(read: 100, new: 98, rejected: 2)
  end

  it "go as far as was said at the start, and the next run of what is new goes on behind that" do
    orders(40)
    late = 0
    export do
      read :new, settle: 0
      transform { |row| Order.insert!({id: 1000 + (late += 1), number: "late #{late}"}) if row[:id] == 1 }
    end
    expect(counted(OrderExportFlow.run_now)).to eq(read: 40, new: 40)
    expect(OrderExportFlow.runs.first.parts.size).to eq(4)
    again = OrderExportFlow.run_now
    expect([counted(again), again.parts]).to eq([{read: 1, new: 1}, []])
    expect(counted(OrderExportFlow.run_now)).to eq({})
  end

  # What the source is asked about where to cut; the block is called at the first such question.
  def asked_where(meanwhile = nil)
    questions = 0
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") do |event|
      meanwhile&.call if event.payload[:name] == "ActiveDataFlow parts" && (questions += 1) == 1
    end
    yield
    questions
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  # Of the newest run.
  def bounds = rows("active_data_flow_data_flow_runs WHERE id IN (#{OrderExportFlow.runs.first.parts.map(&:id).join(", ")})", :range_from, :range_upto)

  it "are cut once: who goes on with them does not ask where, whatever rows and `partitions` there are by then" do
    orders(100)
    bad = true
    broken = proc { transform { |row| raise "no" if bad && row[:id] == 38 } }
    expect(asked_where { expect { export(&broken).run_now }.to raise_error("no") }).to be_positive
    before = bounds
    Order.where("id < 20").delete_all
    expect(asked_where { expect { export(8, &broken).run_now }.to raise_error("no") }).to eq(0)
    bad = false
    expect(asked_where { export(2, &broken).run_now }).to eq(0)
    expect([bounds, OrderExportFlow.runs.size, exported]).to eq([before, 1, (1..100).to_a])
    expect(asked_where { export(mode: :upsert).run_now(restart: true) }).to be_positive
    expect(bounds).not_to eq(before)
  end

  it "are cut again where another run has moved the cursor meanwhile, so that no row is read twice" do
    orders(40)
    export { read :new, settle: 0 }
    both = []
    asked_where(-> { both << OrderExportFlow.run_now }) { both << OrderExportFlow.run_now }
    expect(both.map { |run| run.counts[:read] }).to eq([40, 0])
    expect(exported).to eq((1..40).to_a)
  end

  it "change the table that they read" do
    orders(100)
    run = flow do
      source :orders
      partitions 4
      sink :orders
      transform { |row| row[:net] += 1 }
    end.run_now
    expect([parts_of(run), counted(run)]).to eq([[[25, "success"]] * 4, {read: 100, updated: 100}])
    expect(rows(:orders, :net).flatten.map(&:to_i)).to eq((2..101).to_a)
  end

  it "stop, go on and end with the whole run" do
    orders(100)
    export
    run = OrderExportFlow.run_now { |now| now.pause! if now.counts[:read] == 35 }
    expect([run.status, run.counts[:read], told]).to eq(["paused", 45, []])
    expect { OrderExportFlow.run_now }.to raise_error(ActiveDataFlow::Error, /OrderExportFlow is paused/)
    expect(run.resume!).to be_in_progress
    again = OrderExportFlow.run_now { |now| now.cancel! if now.counts[:read] == 60 }
    expect([again, again.status, parts_of(again)]).to eq([run, "cancelled", [[25, "success"], [25, "success"], [20, "cancelled"], [0, "cancelled"]]])
    expect([exported.size, told]).to eq([70, []])
  end

  it "begin anew with a start at the first row, and where the source is another one since" do
    orders(100)
    stop = true
    export(mode: :upsert) { transform { |row| raise "no" if stop && row[:id] == 40 } }
    2.times { expect { OrderExportFlow.run_now(restart: true) }.to raise_error("no") }
    stop = false
    run = export(mode: :upsert, scope: -> { where("id > 20") }).run_now
    expect([counted(run), parts_of(run).map(&:first)]).to eq([{read: 80, new: 15, unchanged: 65}, [20] * 4])
    expect(OrderExportFlow.runs.map(&:status)).to eq(%w[success cancelled cancelled])
  end

  it "cannot go on with what is new where the source is another one since, and are left as they are" do
    orders(100)
    stop = true
    broken = proc do
      read :new
      transform { |row| raise "no" if stop && row[:id] == 5 }
    end
    expect { export(&broken).run_now }.to raise_error("no")
    stop = false
    expect { export(scope: -> { where("id > 0") }) { read :new }.run_now }.to raise_error(ActiveDataFlow::DefinitionChanged)
    expect(counted(export(&broken).run_now)).to eq(read: 100, new: 100)
    expect([exported, OrderExportFlow.runs.size]).to eq([(1..100).to_a, 1])
  end

  it "go on alone where the process of one was killed" do
    orders(100)
    reader, writer = IO.pipe
    export { transform { |row| writer.puts("there") || sleep if row[:id] == 35 && Process.pid != Thread.main[:spec_pid] } }
    Thread.main[:spec_pid] = Process.pid
    lease = "UPDATE active_data_flow_data_flow_runs SET lease_seconds = 1 WHERE part = 2"
    ActiveRecord::Base.connection_handler.clear_all_connections!
    pid = fork do
      OrderExportFlow.run_now { FlowDatabase.elsewhere(lease) }
    ensure
      exit!(0)
    end
    expect(reader.gets).to eq("there\n")
    Process.kill(:KILL, pid)
    Process.wait(pid)
    run = OrderExportFlow.run_now
    expect([exported, counted(run), parts_of(run)]).to eq([(1..100).to_a, {read: 100, new: 100}, [[25, "success"]] * 4])
    fences = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_values("SELECT fence FROM active_data_flow_data_flow_runs WHERE part IS NOT NULL ORDER BY part") }
    expect(fences.map(&:to_i)).to eq([1, 2, 1, 1])
    expect(told).to eq([[:complete, run.id, 100]])
  ensure
    [reader, writer].each(&:close)
  end

  if FlowDatabase::KIND == :postgresql
    it "are sampled where the table is big, without walking along it" do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.execute("INSERT INTO orders (id, number, name, net) SELECT i, 'A' || i, repeat('x', 400), i FROM generate_series(1, 30000) i")
      end
      sent = []
      listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sent << event.payload[:sql] }
      places = export.plan.source.split(4)
      expect(places.map { |place| place[/\d+/].to_i }).to match([be_within(3000).of(7500), be_within(3000).of(15_000), be_within(3000).of(22_500)])
      expect(sent.grep(/count\(\*\) FROM/)).to eq([])
    ensure
      ActiveSupport::Notifications.unsubscribe(listener)
    end
  end
end
