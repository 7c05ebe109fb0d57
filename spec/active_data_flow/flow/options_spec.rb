# frozen_string_literal: true

RSpec.describe "A flow's words" do
  it "say what they take, where they are given something else", req: "E-26" do
    expect(refused { read :some }).to eq("OrderExportFlow: read is :all, :new, :changed, not :some.")
    expect(refused { read :new, by: :id }).to eq("OrderExportFlow: by: belongs to read :changed. For read :new say the columns at source: cursor: :id.")
    expect(refused { batch_size 0 }).to eq("OrderExportFlow: batch_size is a number of rows from 1 on, not 0.")
    expect(refused { batch_size "9" }).to eq('OrderExportFlow: batch_size is a number of rows from 1 on, not "9".')
    expect(refused { on_error :ignore }).to eq("OrderExportFlow: on_error is :halt, :skip, :quarantine, not :ignore.")
    expect(refused { on_error :skip, budget: 1.5 }).to eq("OrderExportFlow: budget: is a share of the rows read (0.01) or a number of rows (100), not 1.5.")
    expect(refused { on_error :skip, budget: -1 }).to include("budget: is a share")
    expect(refused { throttle_on(backoff: 3) }).to eq("OrderExportFlow: throttle_on needs a block, e.g. throttle_on { Replica.behind? }")
    expect(refused { after_complete }).to eq("OrderExportFlow: after_complete takes the name of a method or a block. Write after_complete :tell, or after_complete { |run| ... }")
    expect(refused { after_failure(:tell) { |run| run } }).to include("after_failure takes the name of a method or a block")
    expect(refused { group "exports", limit: 0 }).to eq("OrderExportFlow: group limit: is a number from 1 on, not 0.")
    expect(refused { on_conflict :fail }).to eq("OrderExportFlow: on_conflict is :skip, :wait, not :fail.")
    expect(refused { partitions 0 }).to eq("OrderExportFlow: partitions is a number from 1 on, not 0.")
  end

  it "name their options, where they are given another" do
    expect(refused { source :orders, scop: :paid }).to eq("OrderExportFlow: source: there is no option scop:; possible are scope:, cursor:, order:, connection:, role:, shard:. Did you mean :scope?")
    expect(refused { sink :orders, keys: :id }).to match(/OrderExportFlow: sink: there is no option keys:; possible are key:, mode:.* Did you mean :key\?/)
    expect(refused { on_error :skip, budgt: 1 }).to eq("OrderExportFlow: on_error: there is no option budgt:; possible are budget:.")
    expect(refused { read :new, settl: 1 }).to include("read: there is no option settl:; possible are by:, settle:")
    expect(refused { retry_on IOError, attemps: 3 }).to include("retry_on: there is no option attemps:; possible are wait:, attempts:, queue:, priority:, jitter:, report:")
    expect(refused { lookup :shops, on: {a: :b}, take: {c: :d}, missin: :null }).to include("lookup: there is no option missin:; possible are on:, take:, missing:, connection:")
    expect(refused { transform(at: :hash) { |row| row } }).to include("transform: there is no option at:; possible are as:")
    expect(refused { schedule :every, 300, zon: "Berlin" }).to eq("OrderExportFlow: schedule: there is no option zon:; possible are every:, at:, cron:, zone:. Did you mean :zone?")
    expect(refused { priority "high" }).to eq('OrderExportFlow: priority is a number, the lower the sooner in most queues, not "high".')
  end

  it "say what is in force" do
    klass = flow do
      batch_size 500
      group "exports", limit: 3
      on_conflict :wait
      queue "low"
      priority 5
      partitions 4
    end
    expect([klass.batch_size, klass.on_conflict, klass.queue, klass.priority, klass.partitions]).to eq([500, :wait, :low, 5, 4])
    expect([klass.group.name, klass.group.limit]).to eq(["exports", 3])
    expect(ActiveDataFlow::Base.batch_size).to eq(10_000)
  end

  it "refuse a callback that is not defined, at the first use" do
    klass = running { after_complete :tell }
    expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, "OrderExportFlow names tell as a callback, which it does not define. Write: def tell(run) ... end")
  end

  it "refuse rules about what is neither an argument nor a method, at the first use" do
    klass = running do
      has_attribute :state
      validates :stat, presence: true
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError,
      "OrderExportFlow validates :stat, which it does not have; it has :state. Write: has_attribute :stat")
    expect { running { validate :tidy? }.run_now }.to raise_error(ActiveDataFlow::ConfigurationError,
      /\AOrderExportFlow validates by :tidy\?, a method that it does not have/)
  end

  describe "schedule" do
    it "reads intervals and cron lines" do
      expect(flow { schedule :every, 300 }.schedule.interval).to eq(300)
      expect(flow { schedule :every, "5 minutes" }.schedule.interval).to eq(300)
      expect(flow { schedule :cron, "0 2 * * *", zone: "Europe/Berlin" }.schedule).to have_attributes(interval: nil, zone: "Europe/Berlin", to_cron: "0 2 * * *")
      expect(flow { schedule every: 86_400, at: "02:00" }.schedule.next_after(Time.utc(2026, 1, 1, 3))).to eq(Time.utc(2026, 1, 2, 2))
    end

    it "is written for a queue as the queue's scheduler reads it", req: %w[A-15 A-16 A-17] do
      {[:every, 300] => "every 5 minutes", [:cron, "0 2 * * *"] => "0 2 * * *", [:every, 604_800] => "0 0 * * 0", [{every: 300}] => "every 5 minutes", [{cron: "0 2 * * *"}] => "0 2 * * *",
       [{every: 86_400, at: "02:00"}] => "0 2 * * *", [:cron, "@daily", {zone: "Europe/Berlin"}] => "0 0 * * * Europe/Berlin", [:every, 300, {zone: "Europe/Berlin"}] => "*/5 * * * * Europe/Berlin"}.each do |(*given), line|
        words = given.last.is_a?(Hash) ? given.pop : {}
        expect(flow { schedule(*given, **words) }.schedule.to_config).to eq(line)
      end
    end

    it "refuses what is none, at load, naming the flow", req: "A-18" do
      expect(refused { schedule :every, "5 minuts" }).to match(/cannot read "5 minuts" as an interval.*"5 minutes"/)
      expect(refused { schedule :every, 5400 }).to eq("OrderExportFlow: an interval of 90 minutes does not divide an hour, so no cron can keep it; the nearest that do are 30 minutes and 1 hour")
      expect(refused { schedule :often }).to include("schedule is :every or :cron, not :often")
      expect(refused { schedule :cron, "every day" }).to include("every day")
      expect(refused { schedule every: 1, cron: "* * * * *" }).to include("not both and not neither")
      expect(refused { schedule :cron, "0 2 * * *", at: "05:00" }).to eq('OrderExportFlow: schedule takes at: with an interval; the cron line "0 2 * * *" says its time itself')
      expect(refused { schedule every: 86_400, at: %w[02:00 05:00] }).to include("OrderExportFlow: cannot start every 1 day at")
    end

    it "refuses a flow with a required argument, whichever is said first" do
      sentence = "ContactImportFlow needs :upload, so a schedule cannot start it. Give it a default or remove the schedule."
      expect { flow("ContactImportFlow") { [has_attribute(:upload, :string), validates(:upload, presence: true), schedule(:every, 300)] } }.to raise_error(ArgumentError, sentence)
      expect { flow("ContactImportFlow") { [schedule(:every, 300), has_model(:upload, "Upload"), validates(:upload, presence: true)] } }.to raise_error(ArgumentError, sentence)
    end

    it "takes one with a default, and one that is required only sometimes" do
      expect { flow { [has_attribute(:day, :string, default: "today"), validates(:day, presence: true), schedule(:every, 300)] } }.not_to raise_error
      expect { flow { [has_attribute(:day, :string), has_attribute(:all, :boolean), validates(:day, presence: true, if: :all), schedule(:every, 300)] } }.not_to raise_error
    end
  end
end
