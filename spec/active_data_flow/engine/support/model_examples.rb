# frozen_string_literal: true

RSpec.describe "[model]" do
  include_context "flows in a database"

  def members_flow(rows, **options, &more)
    flow("MemberFlow") do
      source rows
      sink :members, callbacks: true, **options
      class_eval(&more) if more
    end
  end

  it "saves new rows and those that differ, with callbacks, and no other" do
    Member.insert_all!([{id: 1, name: "Ada", age: 36}, {id: 2, name: "Bob", age: 40}])
    run = members_flow([{id: 1, name: "Ada", age: 36}, {id: 2, name: "Bob", age: 41}, {id: 3, name: "Cid", age: 1}]).run_now
    expect(counted(run)).to eq(read: 3, new: 1, updated: 1, unchanged: 1)
    expect(rows(:members, :name, :age, :log)).to eq([["Ada", 36, nil], ["Bob", 41, "saved"], ["Cid", 1, "saved"]])
  end

  it "puts rows aside that do not validate, with the texts, and saves the others once" do
    klass = members_flow([{id: 1, name: "Ada"}, {id: 2, name: "", age: 200}, {id: 3, name: "Cid"}]) { on_error :quarantine, budget: 2 }
    run = klass.run_now
    expect(counted(run)).to eq(read: 3, new: 2, rejected: 1)
    expect(run.rejects.first).to have_attributes(stage: "write", reason: "Name can't be blank, Age must be less than 150",
      error_class: "ActiveRecord::RecordInvalid", column_name: "name")
    expect(rows(:members, :log).flatten).to eq(%w[saved saved])
  end

  it "takes back what the callbacks of a row wrote that the database does not take" do
    orders(3)
    Order.where(id: 2).update_all(net: -1)
    stub_const("Export", Class.new(Export) {
      self.table_name = "exports"
      before_save { Person.create!(first_name: number) }
    })
    run = flow do
      source :orders
      on_error :quarantine, budget: 1
      sink Export, callbacks: true
    end.run_now
    expect(counted(run)).to eq(read: 3, new: 2, rejected: 1)
    expect(rows(:people, :first_name).flatten).to eq(%w[A1 A3])
  end

  it "stops at the first of them otherwise, and writes nothing of the batch" do
    expect { members_flow([{id: 1, name: "Ada"}, {id: 2, name: ""}]).run_now }.to raise_error(ActiveDataFlow::RowError, /Name can't be blank/)
    expect(rows(:members, :id)).to eq([])
  end

  it "takes a row for bad that a callback stops, and says once which model's it was" do
    {-> { throw :abort } => "a callback of Member has stopped the save without a reason; errors.add(:base, \"...\") before throw :abort gives one",
     -> { raise ActiveRecord::Rollback } => "a callback of Member has stopped the save without a reason; errors.add(:base, \"...\") before throw :abort gives one",
     -> { raise ActiveRecord::RecordNotSaved.new("no Cid today", self) } => "no Cid today",
     -> { errors.add(:base, "Cid is not let in.") && throw(:abort) } => "Cid is not let in."}.each do |callback, reason|
      stub_const("Member", Class.new(ActiveRecord::Base) {
        self.table_name = "members"
        before_save { instance_exec(&callback) if name == "Cid" }
      })
      Member.delete_all
      given = [{id: 1, name: "Ada"}, {id: 2, name: "Cid"}, {id: 3, name: "Eve"}]
      expect(raised { members_flow(given).run_now }.message).to eq("MemberFlow stopped at row 2 (write): #{reason.delete_suffix(".")}. on_error :quarantine puts such rows aside.")
      run = members_flow(given) { on_error :quarantine, budget: 2 }.run_now(restart: true)
      expect(counted(run)).to eq(read: 3, new: 2, rejected: 1)
      expect(run.rejects.map(&:reason)).to eq([reason])
      expect(rows(:members, :id).flatten).to eq([1, 3])
    end
  end

  it "assigns what is no column" do
    members_flow([{id: 1, name: "Ada", nickname: "Countess"}]).run_now
    expect(rows(:members, :log)).to eq([["saved,Countess"]])
  end

  it "takes only what the columns hold" do
    run = members_flow([{id: 1, name: "Ada", age: "12abc"}, {id: 2, name: "Bob", age: "12"}]) { on_error :quarantine, budget: 2 }.run_now
    expect(run.rejects.map(&:reason)).to match([/"12abc"/])
    expect(rows(:members, :age)).to eq([[12]])
  end

  it "writes the moments and numbers that were read, whatever the application's zone and a type of its own make of what people type" do
    cents = Struct.new(:number)
    money = Class.new(ActiveRecord::Type::Value) {
      define_method(:type) { :integer }
      define_method(:cast) { |value| (value.nil? || value.is_a?(cents)) ? value : cents.new(Integer(value) * 100) }
      define_method(:deserialize) { |value| value && cents.new(value) }
      define_method(:serialize) { |value| cast(value)&.number }
    }
    stub_const("Member", Class.new(ActiveRecord::Base) {
      self.table_name = "members"
      self.time_zone_aware_attributes = true
      attribute :age, money.new
    })
    moments = [Time.utc(2026, 7, 1, 20, 30), Time.utc(2026, 10, 25, 0, 30)] # the second stands twice on the clocks of Berlin
    Order.insert_all!(moments.map.with_index(1) { |created_at, id| {id:, number: "A#{id}", net: 1250, created_at:} }, record_timestamps: false)
    copying = lambda do |name, **options|
      flow(name) do
        source :orders
        rename net: :age
        keep :id, :age, :created_at
        sink :members, record_timestamps: false, **options
      end
    end
    Time.use_zone("Berlin") do
      expect(counted(copying.call("Moved", callbacks: true).run_now)).to eq(read: 2, new: 2)
      expect(counted(copying.call("Compared").run_now)).to eq(read: 2, unchanged: 2)
      expect(Member.order(:id).map { |member| [member.created_at, member.age.number] }).to eq(moments.map { |moment| [moment, 1250] })
      expect(counted(copying.call("Moved", callbacks: true).run_now)).to eq(read: 2, unchanged: 2)
    end
  end

  it "puts aside what an attribute does not take, and a record that is not to be changed" do
    stub_const("Member", Class.new(ActiveRecord::Base) {
      self.table_name = "members"
      enum :age, {young: 1, old: 2}
      def readonly? = name == "Eve"
    })
    given = [{id: 1, name: "Ada", age: 2}, {id: 2, name: "Bob", age: 7}, {id: 3, name: "Eve", age: 1}]
    run = members_flow(given) { on_error :quarantine, budget: 2 }.run_now
    expect(counted(run)).to eq(read: 3, new: 1, rejected: 2)
    expect(run.rejects.map(&:reason)).to eq(["'7' is not a valid age", "Member is marked as readonly"])
  end

  it "finds rows by a moment that another flow has written" do
    stub_const("Member", Class.new(ActiveRecord::Base) {
      self.table_name = "members"
      self.time_zone_aware_attributes = true
    })
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.add_index(:members, :created_at, unique: true) }
    given = [{name: "Ada", created_at: "2026-07-01 20:30:00"}]
    Time.use_zone("Berlin") do
      expect(counted(flow("Plain") { source(given) && sink(:members, key: :created_at) }.run_now)).to eq(read: 1, new: 1)
      expect(counted(members_flow(given, key: :created_at).run_now)).to eq(read: 1, unchanged: 1)
    end
  ensure
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.remove_index(:members, :created_at) }
  end

  it "finds the rows of a batch in one query" do
    Member.insert_all!((1..50).map { |id| {id:, name: "m#{id}"} })
    selects = []
    ActiveSupport::Notifications.subscribed(->(*, payload) { selects << payload[:sql] if payload[:sql].match?(/\ASELECT.* FROM ["`]members["`]/m) && payload[:name] != "SCHEMA" }, "sql.active_record") do
      members_flow((1..50).map { |id| {id:, name: "n#{id}"} }).run_now
    end
    expect(selects.size).to eq(1)
  end

  it "inserts rows that bring no key" do
    run = members_flow([{name: "Ada"}, {name: "Bob"}], mode: :insert).run_now
    expect(counted(run)).to eq(read: 2, new: 2)
    expect(rows(:members, :name, :log)).to eq([["Ada", "saved"], ["Bob", "saved"]])
  end

  it "skips by the mode" do
    Member.insert_all!([{id: 1, name: "Ada"}])
    given = [{id: 1, name: "Bea"}, {id: 2, name: "Bob"}]
    expect(counted(members_flow(given, mode: :insert_only).run_now)).to eq(read: 2, new: 1, skipped: 1)
    expect(counted(members_flow([{id: 1, name: "Bea"}, {id: 3, name: "Bob"}], mode: :update_only).run_now)).to eq(read: 2, updated: 1, skipped: 1)
  end

  # SQLite has one writer at a time.
  it "takes a row for one that is there whose key another session has written since it was looked for", if: FlowDatabase::KIND != :sqlite do
    other = -> { FlowDatabase.elsewhere("INSERT INTO members (id, name) VALUES (#{id}, 'other')") if new_record? && id < 3 && !Member.exists?(id) }
    {before: {uniqueness: true}, after: {presence: true}}.each do |moment, rules|
      stub_const("Member", Class.new(ActiveRecord::Base) {
        self.table_name = "members"
        validates :id, **rules
        set_callback(:validate, moment) { instance_exec(&other) }
      })
      given = [{id: 1, name: "Ada"}, {id: 2, name: "other"}, {id: 3, name: "Cid"}]
      Member.delete_all
      expect(counted(members_flow(given).run_now)).to eq(read: 3, new: 1, updated: 1, unchanged: 1)
      expect(rows(:members, :name).flatten).to eq(%w[Ada other Cid])
      Member.delete_all
      expect(counted(members_flow(given, mode: :insert_only).run_now)).to eq(read: 3, new: 1, skipped: 2)
      expect(rows(:members, :name).flatten).to eq(%w[other other Cid])
    end
  end

  it "is named by the plan" do
    expect(members_flow([]).plan.to_s).to include("model: row by row through Member")
  end

  it "commits with the cursor: what a callback wrote is gone when the batch is" do
    stub_const("Member", Class.new(Member) {
      self.table_name = "members"
      after_save { raise "no" if name == "Cid" }
    })
    expect { members_flow([{id: 1, name: "Ada"}, {id: 2, name: "Cid"}]).run_now }.to raise_error("no")
    expect([rows(:members, :id), runs]).to eq([[], [["failed", nil]]])
  end
end
