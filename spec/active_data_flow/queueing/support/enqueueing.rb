# frozen_string_literal: true

# Runs that the application makes together with what they are about.
RSpec.shared_examples "runs that are enqueued" do
  it "are there when the transaction is committed, and gone with it" do
    ActiveRecord::Base.transaction do
      write("order")
      enqueued
    end
    ActiveRecord::Base.transaction do
      write("no order")
      enqueued(2)
      raise ActiveRecord::Rollback
    end
    expect([store.runs.map { |run| run.arguments["shop"] }, sink]).to eq([[1], ["order"]])
  end

  it "are one, where several ask for the same at once, whether the flow has a row or not" do
    2.times do |number|
      answers = Array.new(8) { Thread.new { enqueued(number).id } }.map(&:value)
      expect([answers.uniq.size, store.runs.size]).to eq([1, number + 1])
    end
  end

  it "are one for one reason, also where two transactions are open at once, and neither is broken by it", :server do
    enqueued # so that the flow has a row
    other = nil
    ids = ActiveRecord::Base.transaction do
      first = enqueued(2, triggered_by: "run:1:complete").id
      other = Thread.new do
        ActiveRecord::Base.transaction do
          ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT count(*) FROM sink_rows") } # MySQL: sees from now on what there is now
          enqueued(3, triggered_by: "run:1:complete").tap { write("also written") }.id
        end
      end
      sleep 0.01 until ActiveRecord::Base.connection_pool.with_connection { |connection| connection.uncached { connection.select_value(Servers::ALL.fetch(RunDatabase::KIND)::WAITING) } }
      first
    end
    expect([other.value, sink, store.runs.size]).to eq([ids, ["also written"], 2])
  end

  # InnoDB has the flow's row shared by who adds a run of it, so there they wait.
  it "do not keep other starts of the flow waiting, however long the transaction takes", if: RunDatabase::KIND == :postgresql do
    enqueued
    ActiveRecord::Base.transaction do
      run = enqueued(2)
      expect(Thread.new { store.claim(enqueued(1).id) }.value).not_to be_nil
      expect(store.find(run.id)).to be_pending_and_nobodys
    end
  end

  it "are made once by a job that is there twice, at once" do
    answers = in_processes(4) { store.run_of_job(job_id: "job", flow_name: "order_export", arguments: {}, digest: "one").id }
    expect([answers.uniq.size, store.runs.map(&:created_by_job_id)]).to eq([1, ["job"]])
  end

  matcher(:be_pending_and_nobodys) { match { |row| row.status == "pending" && row.token.nil? } }
end
