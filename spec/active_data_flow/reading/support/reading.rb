# frozen_string_literal: true

require_relative "orders"

# `read :new` and `read :changed` on the database that the environment names.
RSpec.describe "reading on #{Orders::KIND}" do
  include_context "orders"

  describe "[new]" do
    it "goes on behind the last run's cursor: batches of 3, twice, are ids 1 to 6 once each" do
      3.times { order("first") }
      flow = news
      expect(flow.run_now.counts).to include(read: 3, new: 3)
      3.times { order("second") }
      expect(flow.run_now.counts).to include(read: 3, new: 3)
      expect(copies).to eq([1, 2, 3, 4, 5, 6])
    end

    it "writes nothing when there is nothing new, and stays where it is" do
      4.times { order("first") }
      flow = news
      cursor = flow.run_now.cursor
      before = Copy.order(:id).map(&:attributes)
      run = flow.run_now
      expect(run.counts.values).to all(eq(0))
      expect([run.cursor, run.status, run.note]).to eq([cursor, "success", nil])
      expect(Copy.order(:id).map(&:attributes)).to eq(before)
    end

    it "begins at the first row while there has been none" do
      flow = news
      expect(read(flow)).to eq(0)
      order("first")
      expect(read(flow)).to eq(1)
    end

    it "ends at the row that was the last one when it began" do
      5.times { order("first") }
      table = Orders::Order
      flow = flow("EndlessFlow", rows: 2) do
        read :new
        transform { |row| table.create!(name: "new, for #{row[:id]}") }
      end
      expect(read(flow)).to eq(5)
      expect(read(flow)).to eq(5)
      expect(copies).to eq((1..10).to_a)
    end

    it "has a cursor for each of its arguments" do
      2.times { order("first") }
      flow = flow("ArgumentFlow") do
        has_attribute :shop, :integer
        read :new
      end
      expect([flow.run_now(shop: 1), flow.run_now(shop: 2), flow.run_now(shop: 1)].map { |run| run.counts[:read] }).to eq([2, 2, 0])
    end

    it "refuses an order in which new rows come first" do
      flow = flow("BackwardsFlow") do
        source :orders, order: :desc
        read :new
      end
      expect { flow.plan }.to raise_error(ActiveDataFlow::ConfigurationError, /by id desc what is new stands before it/)
    end
  end

  describe "[definition]" do
    let(:changed) { ActiveDataFlow::DefinitionChanged }

    before { 4.times { order("first") } }

    it "says that a cursor of another source, order or key means nothing, each time, until it is told to restart" do
      news.run_now
      others = {
        source: -> { news(source: "Orders::Order", scope: -> { where("id > 0") }) },
        cursor: -> { news(cursor: %i[updated_at id], settle: 0) },
        key: -> { news(key: :number) }
      }
      others.each_value do |other|
        2.times { expect { other.call.run_now }.to raise_error(changed, /stopped at (id 4|int:4), .*run_now\(restart: true\)/) }
      end
      expect(news.run_now.counts).to include(read: 0)
    end

    it "begins at the first row when it is told to, and goes on behind that run's cursor" do
      flow = news
      flow.run_now
      other = news(cursor: %i[updated_at id], settle: 0)
      expect(other.run_now(restart: true).counts).to include(read: 4, unchanged: 4)
      order("second")
      expect(read(other)).to eq(1)
      expect(other.run_now(restart: true).counts).to include(read: 5)
    end

    it "goes on with other steps" do
      news.run_now
      order("second")
      flow = flow("NewOrdersFlow") do
        set name: "all the same"
        read :new
      end
      expect(read(flow)).to eq(1)
      expect(Copy.order(:id).last.name).to eq("all the same")
    end

    it "resumes a failed run, and not behind the success before it" do
      news.run_now
      6.times { |n| order("second #{n}") }
      failing = flow("NewOrdersFlow", rows: 2) do
        read :new
        transform { |row| raise "no" if row[:name] == "second 3" }
      end
      expect { failing.run_now }.to raise_error("no")
      expect(Copy.count).to eq(6)
      expect(read(news)).to eq(6)
      expect(copies).to eq((1..10).to_a)
    end
  end

  describe "[changed]" do
    it "reads what has been changed since, and again what changes again" do
      5.times { |n| order("first", updated_at: 1.hour.ago + n) }
      flow = changes
      expect(read(flow)).to eq(5)
      expect(read(flow)).to eq(0)
      Order.find(2).update!(name: "second")
      order("new")
      expect(flow.run_now.counts).to include(read: 2, updated: 1, new: 1)
      expect(Copy.find(2).name).to eq("second")
    end

    it "reads rows of the same moment once each, wherever a batch ends" do
      moment = 1.hour.ago
      10.times { order("first", updated_at: moment) }
      flow = changes
      expect(flow.run_now.counts).to include(read: 10, new: 10)
      expect(read(flow)).to eq(0)
      order("behind, at the same moment", updated_at: moment)
      expect(read(flow)).to eq(1)
    end

    it "leaves what is younger than settle for later" do
      order("old", updated_at: 2.minutes.ago)
      order("young", updated_at: 30.seconds.ago)
      flow = changes(settle: 60)
      expect(read(flow)).to eq(1)
      Order.update_all("updated_at = '#{90.seconds.ago.utc.strftime("%F %T.%6N")}'")
      expect(read(flow)).to eq(2)
    end

    it "misses no change that is made while it runs" do
      9.times { |n| order("first", updated_at: 1.hour.ago + n) }
      table = Orders::Order
      flow = flow("ChangedOrdersFlow", rows: 2) do
        read :changed, by: %i[updated_at id], settle: 0
        transform { |row| table.where(id: 10 - row[:id], name: "first").update_all(name: "second", updated_at: Time.now.utc) }
      end
      3.times { flow.run_now }
      expect(Copy.order(:id).pluck(:name)).to eq(Order.order(:id).pluck(:name)).and include("second")
    end

    it "goes along a moment with read :new as well" do
      order("first", updated_at: 2.minutes.ago)
      order("young")
      flow = news(cursor: %i[updated_at id], settle: 60)
      expect(read(flow)).to eq(1)
    end
  end

  describe "[autoincrement]", :sqlite do
    it "is missed by the plan where ids come again" do
      expect(news.plan.to_s).not_to include("AUTOINCREMENT")
      Orders.sql("CREATE TABLE bare (id INTEGER PRIMARY KEY, name text, number integer, updated_at datetime)")
      expect(news("BareFlow", source: :bare).plan.to_s).to include("bare has no AUTOINCREMENT: when its newest rows are deleted, their ids come again")
    ensure
      Orders.sql("DROP TABLE bare")
    end
  end
end
