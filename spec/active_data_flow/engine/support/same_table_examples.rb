# frozen_string_literal: true

RSpec.describe "[same table]" do
  include_context "flows in a database"

  def people(count)
    Person.insert_all!(Array.new(count) { |index| {id: index + 1, first_name: "f#{index + 1}", last_name: "l#{index + 1}", visits: 0} })
  end

  def full_name_flow(**options, &before)
    flow("FullNameFlow") do
      source :people, **options
      batch_size 100
      transform do |row|
        before&.call(row)
        row[:full_name] = "#{row[:first_name]} #{row[:last_name]}"
      end
      sink :people
    end
  end

  it "writes only what a step has assigned" do
    people(3)
    expect(counted(full_name_flow.run_now)).to eq(read: 3, updated: 3)
    expect(rows(:people, :full_name).flatten).to eq(["f1 l1", "f2 l2", "f3 l3"])
    expect(counted(full_name_flow.run_now)).to eq(read: 3, unchanged: 3)
  end

  it "loses no change that another session makes during the run, though it changes half of the rows" do
    people(400)
    done = false
    change = lambda do |row|
      next if done || row[:id] < 30

      done = true
      FlowDatabase.elsewhere("UPDATE people SET first_name = 'changed', visits = visits + 1 WHERE id % 2 = 0")
    end
    run = full_name_flow(&change).run_now
    expect(counted(run)).to eq(read: 400, updated: 400)
    expect(Person.where("id % 2 = 0").distinct.pluck(:first_name, :visits)).to eq([["changed", 1]])
    expect(Person.order(:id).pluck(:full_name)).to eq((1..400).map { |id| id.even? ? "changed l#{id}" : "f#{id} l#{id}" })
  end

  it "overwrites nothing that it would only set back" do
    people(10)
    full_name_flow.run_now
    done = false
    full_name_flow { |row| done ||= FlowDatabase.elsewhere("UPDATE people SET full_name = 'by hand' WHERE id = 5") }.run_now
    expect(Person.find(5).full_name).to eq("by hand")
  end

  it "skips a row that is gone when it would be written, and one that the source no longer has" do
    people(10)
    done = false
    change = ->(_row) { done ||= FlowDatabase.elsewhere("DELETE FROM people WHERE id = 5") && FlowDatabase.elsewhere("UPDATE people SET visits = 9 WHERE id = 6") }
    run = full_name_flow(scope: -> { where(visits: 0) }, &change).run_now
    expect(counted(run)).to eq(read: 10, updated: 8, skipped: 2)
    expect(Person.find(6).full_name).to be_nil
    expect(Person.exists?(5)).to be(false)
  end

  it "puts a row aside that a block cannot take when it is read again" do
    people(10)
    done = false
    klass = flow("FullNameFlow") do
      source :people
      on_error :quarantine, budget: 5
      transform do |row|
        done ||= FlowDatabase.elsewhere("UPDATE people SET first_name = NULL WHERE id = 7")
        row[:full_name] = row[:first_name].upcase
      end
      sink :people
    end
    run = klass.run_now
    expect(counted(run)).to eq(read: 10, updated: 9, rejected: 1)
    expect(run.rejects.map { |reject| [reject.row["id"], reject.row["first_name"], reject.error_class] }).to eq([[7, nil, "NoMethodError"]])
  end

  it "ends at the row that was the last one at its start" do
    people(150)
    done = false
    run = full_name_flow(&->(_row) { done ||= FlowDatabase.elsewhere("INSERT INTO people (id, first_name) VALUES (1000, 'late')") }).run_now
    expect(counted(run)).to eq(read: 150, updated: 150)
    expect(Person.find(1000).full_name).to be_nil
  end

  it "writes the columns that differ out of a Hash, and leaves the others" do
    people(5)
    done = false
    klass = flow("FullNameFlow") do
      source :people
      transform(as: :hash) do |hash|
        done ||= FlowDatabase.elsewhere("UPDATE people SET visits = 7")
        hash.merge(full_name: hash[:first_name])
      end
      sink :people
    end
    expect(counted(klass.run_now)).to eq(read: 5, updated: 5)
    expect(rows(:people, :full_name, :visits).uniq.size).to eq(5)
    expect(Person.distinct.pluck(:visits)).to eq([7])
  end

  it "moves updated_at of rows that changed, and of no other" do
    people(3)
    Person.update_all(updated_at: Time.utc(2000))
    Person.where(id: 2).update_all(full_name: "f2 l2")
    expect(counted(full_name_flow.run_now)).to eq(read: 3, updated: 2, unchanged: 1)
    expect(Person.find(2).updated_at).to eq(Time.utc(2000))
    expect(Person.find(1).updated_at).to be > Time.utc(2020)
  end

  it "guards what goes through the model as well" do
    Member.insert_all!(Array.new(10) { |index| {id: index + 1, name: "m#{index + 1}", age: 1} })
    done = false
    klass = flow("AgeFlow") do
      source :members
      transform do |row|
        done ||= FlowDatabase.elsewhere("UPDATE members SET age = 50 WHERE id <= 5")
        row[:age] += 1
      end
      sink :members, callbacks: true
    end
    expect(counted(klass.run_now)).to eq(read: 10, updated: 10)
    expect(rows(:members, :age).flatten).to eq([51] * 5 + [2] * 5)
    expect(rows(:members, :log).flatten.uniq).to eq(["saved"])
  end

  describe "with a key of several columns, of texts and against the order" do
    before do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.create_table(:places, primary_key: %i[country code], if_not_exists: true) do |table|
          table.string :country
          table.string :code
          table.integer :visits
        end
        connection.execute("DELETE FROM places")
        connection.execute("INSERT INTO places (country, code, visits) VALUES #{(1..50).map { |number| "('#{number.odd? ? "DE" : "O''K"}', 'c#{number}', #{number})" }.join(", ")}")
      end
    end

    it "finds each row again, and loses nothing" do
      done = false
      klass = flow("PlaceFlow") do
        source :places, order: %i[desc asc]
        batch_size 20
        transform do |row|
          done ||= FlowDatabase.elsewhere("UPDATE places SET visits = 1000 WHERE visits % 5 = 0")
          row[:visits] += 1
        end
        sink :places
      end
      expect(counted(klass.run_now)).to eq(read: 50, updated: 50)
      visits = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_values("SELECT visits FROM places") }
      expect(visits).to match_array((1..50).map { |number| (number % 5).zero? ? 1001 : number + 1 })
    end
  end

  unless FlowDatabase::KIND == :sqlite
    it "waits for whoever is changing a row, and then takes the row as that one left it" do
      people(10)
      changed = Queue.new
      other = Thread.new do
        Person.transaction do
          Person.where(id: 5).update_all(first_name: "changed")
          changed << 1
          sleep 0.01 until Thread.new { ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value(Servers::ALL.fetch(FlowDatabase::KIND)::WAITING) } }.value
        end
      end
      changed.pop
      expect(counted(full_name_flow.run_now)).to eq(read: 10, updated: 10)
      other.join
      expect(Person.find(5)).to have_attributes(first_name: "changed", full_name: "changed l5")
    end
  end

  it "says in the plan that it only changes what is there" do
    expect(full_name_flow.plan.to_s).to include("mode :update_only").and include("read again")
  end

  it "is refused with a limit, for which others would move up" do
    orders(4)
    klass = flow { [source { Order.order(net: :desc).limit(2) }, sink(:orders, mode: :delete), batch_size(1)] }
    expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError,
      "OrderExportFlow changes orders, of which it reads only so many rows (limit or offset): others would move up while it does. Write: source { Order.where(id: Order.limit(...).pluck(:id)) }")
    expect(Order.count).to eq(4)
  end
end
