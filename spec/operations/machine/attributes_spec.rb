# frozen_string_literal: true

require "bigdecimal"
require "date"

RSpec.describe Operations::Machine::Attributes do
  def declare(...) = AttributeHost.declare(...)

  describe "construction", req: "O-30" do
    let(:order) do
      declare do
        has_attribute :name
        has_attribute :amount, :integer, default: 3
      end
    end

    it "takes the declared attributes as keywords, cast, and gives the others their default" do
      expect(order.new(name: 5)).to have_attributes(name: "5", amount: 3)
      expect(order.new(name: "a", amount: "7")).to have_attributes(name: "a", amount: 7)
    end

    it "refuses a name that the class does not have, and says which it has" do
      expect { order.new(nam: "a") }.to raise_error(
        Operations::Task::UnknownAttributeError, "Order has no attribute :nam; it has :name, :amount. Did you mean :name?"
      )
      expect { declare { has_attribute :upload }.new(uplod: 1) }.to raise_error(ArgumentError, "Order has no attribute :uplod; it has :upload.")
      expect { declare {}.new(a: 1) }.to raise_error(ArgumentError, "Order has no attribute :a; it has none.")
    end

    it "goes through a writer that the author wrote" do
      shouting = declare do
        has_attribute :name
        def name=(value)
          super(value.upcase)
        end
      end

      quiet = Class.new(shouting) { has_attribute :name }

      2.times do
        expect(shouting.new(name: "ada").name).to eq("ADA")
        expect(shouting.new("name" => "ada").name).to eq("ADA")
        expect(quiet.new(name: "ada").name).to eq("ada")
        [shouting, quiet].each(&:freeze_attribute_tables)
      end
    end
  end

  describe "#attributes and assignment", req: "O-30" do
    let(:order) do
      declare do
        has_attribute :name
        has_attribute :on, :date
      end.new(name: "a")
    end

    it "gives the cast values under their names" do
      order.attributes = {"on" => "2024-02-03", :name => "b"}

      expect(order.attributes).to eq("name" => "b", "on" => Date.new(2024, 2, 3))
    end

    it "casts and refuses the same once the class was used" do
      used = order.class.freeze_attribute_tables

      expect(used.new(:name => 5, "on" => "2024-02-03")).to have_attributes(name: "5", on: Date.new(2024, 2, 3))
      expect { used.new(nme: 1) }.to raise_error(ArgumentError, /has no attribute :nme/)
    end

    it "leaves what is not named as it is" do
      expect(order.assign_attributes(on: "2024-02-03")).to have_attributes(name: "a", on: Date.new(2024, 2, 3))
    end

    it "gives a Hash of its own" do
      order.attributes["name"] = "other"

      expect(order.name).to eq("a")
    end
  end

  describe "types", req: "O-50" do
    {
      string: [5, "5"], text: [:a, "a"], integer: ["7", 7], big_integer: [(2**70).to_s, 2**70], float: ["1.5", 1.5],
      decimal: ["1.25", BigDecimal("1.25")], boolean: ["0", false], date: ["2024-02-03", Date.new(2024, 2, 3)],
      time: ["10:11", Time.utc(2000, 1, 1, 10, 11)], datetime: ["2024-02-03 10:11:12.5", Time.utc(2024, 2, 3, 10, 11, 12.5r)],
      binary: ["\xFF", "\xFF".b], json: [{a: [:b]}, {"a" => ["b"]}], immutable_string: [1, "1"]
    }.merge(nil => [[1], [1]]).each do |type, (given, expected)|
      it "casts on write as #{type.inspect}, and reads the same after it was stored" do
        order = declare { has_attribute :value, type }.new(value: given)

        expect(order.value).to eql(expected)
        expect(order.saved.value).to eql(expected)
      end
    end

    it "are text unless said otherwise, and may be named by a String" do
      order = declare do
        has_attribute :name
        has_attribute "amount", "integer"
      end.new(name: 1, amount: "2")

      expect([order.name, order.amount]).to eq(["1", 2])
    end

    it "are stored in a form that JSON can hold" do
      order = declare do
        has_attribute :price, :decimal
        has_attribute :share, :float
      end.new(price: "1.25", share: Float::NAN)

      expect(order.serialised_attributes).to eq("price" => "1.25", "share" => "NaN")
    end

    it "cast what was stored under another type" do
      order = declare do
        has_attribute :amount, :integer
        has_attribute :at, :datetime
      end.restore({"amount" => "7", "at" => "2024-02-03T10:00:00.000+02:00"})

      expect(order).to have_attributes(amount: 7, at: Time.utc(2024, 2, 3, 8))
    end

    it "refuse what they cannot hold, naming class, attribute and what is possible" do
      expect { declare { has_attribute :owner }.new(owner: Object.new) }.to raise_error(ArgumentError,
        "Order has attribute :owner of type :string, which cannot hold an Object, whose to_s says no more than where it is in memory. Use has_model for a record.")
      order = declare { has_attribute :details, :json }

      expect { order.new(details: Object.new) }.to raise_error(
        ArgumentError, /\AOrder has attribute :details of type :json, which cannot hold an Object\. It can hold text, numbers, .*Use has_model for a record\.\z/
      )
    end

    it "take a field_name, for the sake of older tasks, and keep attributes apart whatever it is" do
      order = declare do
        has_attribute :name, :string, field_name: :more_data
        has_attribute :title
      end.new(name: "a", title: "b")
      order.name = "c"

      expect(order).to have_attributes(name: "c", title: "b")
    end
  end

  describe "defaults", req: "O-50" do
    let(:order) do
      declare do
        has_attribute :amount, :integer, default: "3"
        has_attribute :tags, :json, default: ["new"]
        has_attribute :label, default: -> { "order of #{amount}" }
      end
    end

    it "are cast, and run in the task where they are a Proc" do
      expect(order.new).to have_attributes(amount: 3, tags: ["new"], label: "order of 3")
      expect(order.new(amount: 5).label).to eq("order of 5")
    end

    it "are read again where nil was written" do
      expect(order.new(amount: nil, label: nil)).to have_attributes(amount: 3, label: "order of 3")
      expect(order.new(amount: 5).tap { |task| task.amount = nil }.amount).to eq(3)
      expect(order.restore({"amount" => nil})).to have_attributes(amount: 3, tags: ["new"])
    end

    it "are gone where a subclass declares the attribute without one" do
      plain = Class.new(order) do
        has_attribute :amount, :integer
        has_attribute :tags, :json
      end

      expect(plain.new).to have_attributes(amount: nil, tags: nil)
    end

    it "belong to one task: changing a list does not change the next task's" do
      order.new.tags << "old"

      expect(order.new.tags).to eq(["new"])
    end

    it "are frozen where they stand for a stored nil, since a change would go nowhere" do
      expect { order.restore({}).tags << "old" }.to raise_error(FrozenError)
    end

    it "are checked while the class loads" do
      expect { declare { has_attribute :x, :json, default: Object.new } }.to raise_error(ArgumentError, /Order has attribute :x of type :json, which cannot hold/)
    end
  end

  describe "a boolean", req: "O-50" do
    let(:order) do
      declare do
        has_attribute :arriving, :boolean, default: true
        has_attribute :paid, :boolean
      end
    end

    it "reads false where false was given, whatever its default" do
      expect(order.new(arriving: false)).to have_attributes(arriving: false, arriving?: false)
      expect(order.new(arriving: "off")).to have_attributes(arriving: false, arriving?: false)
    end

    it "has its default where it is nil or \"\"" do
      expect(order.new(arriving: "")).to have_attributes(arriving: true, arriving?: true)
      expect(order.new).to have_attributes(arriving?: true, paid: nil, paid?: false)
    end

    it "has a question that goes through the author's reader" do
      wary = declare do
        has_attribute :paid, :boolean
        def paid = super && Operations
      end

      expect(wary.new(paid: true)).to have_attributes(paid?: true, paid: Operations)
    end
  end

  describe "isolation", req: "O-50" do
    let(:order) do
      declare do
        has_attribute :name
        has_attribute :lines, :json
      end
    end

    it "keeps the value as it was given, whatever the giver does to it later" do
      name = +"a"
      lines = [{item: +"pen"}]
      task = order.new(name:, lines:)
      name << "b"
      lines.first[:item] << "cil"
      lines << 1

      expect(task).to have_attributes(name: "a", lines: [{"item" => "pen"}])
    end

    it "keeps the text of a subclass of String as text" do
      expect(order.new(name: Class.new(String).new("a")).name).to be_instance_of(String)
    end
  end

  it "reads text frozen, so that changing it in place raises instead of being lost", req: "O-50" do
    order = declare do
      has_attribute :name
      has_attribute :note, :text, default: +"none"
    end
    task = order.new(name: +"a")

    expect { task.name << "b" }.to raise_error(FrozenError)
    expect { task.note << "b" }.to raise_error(FrozenError)
    expect { task.saved.name << "b" }.to raise_error(FrozenError)
  end

  describe "changes", req: "O-50" do
    let(:order) do
      declare do
        has_attribute :name, default: "none"
        has_attribute :on, :date
        has_attribute :lines, :json
        has_attribute :amount, :integer
      end
    end

    let(:task) { order.new(name: "a", on: "2024-02-03", lines: ["pen"]).saved }

    it "are there after an assignment, and gone after a save" do
      task.on = "2024-02-04"

      expect(task).to have_attributes(on_changed?: true, on_was: Date.new(2024, 2, 3), on_change: [Date.new(2024, 2, 3), Date.new(2024, 2, 4)])
      expect(task).to have_attributes(changed?: true, changes: {"on" => [Date.new(2024, 2, 3), Date.new(2024, 2, 4)]})
      expect(task).to have_attributes(name_changed?: false, name_was: "a", name_change: nil, saved_change_to_on?: false)

      task.data_saved!

      expect(task).to have_attributes(changed?: false, on_changed?: false, on_change: nil, changes: {}, _data_changed?: false)
      expect(task).to have_attributes(saved_change_to_on?: true, saved_change_to_name?: false)
    end

    it "of a new task are what it was given, before its first save and after it" do
      task = order.new(name: "a", lines: ["pen"])
      expect(task).to have_attributes(_data_changed?: true, name_changed?: true, name_change: %w[none a], amount_changed?: false)
      expect(task.changes.keys).to eq(%w[name lines])
      expect(task.unsaved_data).to eq("name" => "a", "lines" => ["pen"])

      task.data_saved!
      task.name = "b"

      expect(task).to have_attributes(saved_change_to_name?: true, saved_change_to_amount?: false, name_was: "a", changed?: true)
      expect(order.new.tap(&:data_saved!)).to have_attributes(changed?: false, saved_change_to_name?: false)
      expect(order.new).to have_attributes(changed?: false, _data_changed?: true)
    end

    it "are none where the same value was assigned, or the old one came back" do
      task.name = "a"
      expect(task).to have_attributes(changed?: false, _data_changed?: false)

      task.name = "b"
      task.name = "a"
      expect(task).to have_attributes(changed?: false, name_changed?: false, changes: {})
    end

    it "are seen when the encoding changes, or 1 becomes 1.0 deep inside" do
      task.name = "a".encode("US-ASCII")
      expect(task.name_changed?).to be(true)

      other = order.new(lines: [1]).saved
      other.lines[0] = 1.0
      expect(other._data_changed?).to be(true)
    end

    it "are seen when a value that was read is changed in place" do
      task.lines << "ink"

      expect(task).to have_attributes(_data_changed?: true, changed?: true, lines_change: [["pen"], %w[pen ink]])
      expect(task.saved.lines).to eq(%w[pen ink])
      expect(task).to have_attributes(_data_changed?: false, saved_change_to_lines?: true)
    end

    it "are counted from what was stored when a value was changed in place and then replaced" do
      task.lines << "ink"
      task.lines = ["paper"]

      expect(task.lines_change).to eq([["pen"], ["paper"]])
    end

    it "are none when a value was only read" do
      task.attributes

      expect(task).to have_attributes(_data_changed?: false, changed?: false, unsaved_data: {})
    end

    it "are still seen when what was read before a save is changed after it" do
      lines = task.lines
      task.data_saved!
      lines << "ink"

      expect(task).to have_attributes(_data_changed?: true, lines_was: ["pen"])
    end

    it "in place are stored as JSON can hold them" do
      task.lines << :ink << {at: Date.new(2024, 2, 3)}

      expect(task.serialised_attributes["lines"]).to eq(["pen", "ink", {"at" => "2024-02-03"}])
    end

    it "in place are refused at the save where JSON cannot hold them" do
      task.lines << Object.new

      expect { task.serialised_attributes }.to raise_error(ArgumentError, /Order has attribute :lines of type :json, which cannot hold an Object/)
    end

    it "can be laid over a copy that was read anew" do
      task.on = "2024-02-05"
      task.lines << "ink"
      anew = order.restore({"name" => "changed elsewhere"})
      anew.assign_attributes(task.unsaved_data)

      expect(anew).to have_attributes(name: "changed elsewhere", on: Date.new(2024, 2, 5), lines: %w[pen ink])
    end

    it "show what was there before, and nobody can change that" do
      task.lines << "ink"

      expect(task.lines_was).to be_frozen
      expect(order.new.name_was).to eq("none")
    end

    it "leave an attribute alone that is called as one of their methods would be" do
      prices = declare do
        has_attribute :price_was, :integer
        has_attribute :price, :integer
      end.new(price: 2, price_was: 1)

      expect(prices).to have_attributes(price: 2, price_was: 1)
    end
  end

  describe "what a storage gives back", req: "O-30" do
    it "may have Symbols as keys, deep inside too" do
      order = declare { has_attribute :lines, :json }.restore({lines: [{item: "pen"}]})

      expect(order.lines).to eq([{"item" => "pen"}])
    end

    it "may have names that the class does not declare, which are kept" do
      order = declare { has_attribute :name }.restore({"name" => "a", "newer" => {at: 1}})

      expect(order.attributes).to eq("name" => "a")
      expect(order.serialised_attributes).to eq("name" => "a", "newer" => {"at" => 1})
    end

    it "may be nothing at all" do
      expect(declare { has_attribute :name, default: "a" }.restore(nil).name).to eq("a")
    end
  end

  describe "inheritance", req: "O-53" do
    let(:parent) do
      declare("Parent") do
        has_attribute :name, default: "parent"
        has_attribute :amount, :integer
      end
    end

    it "passes attributes on; what a subclass adds or changes is its own" do
      child = Class.new(parent) do
        has_attribute :extra
        has_attribute :name, default: "child"
      end

      expect(child.new(extra: 1, amount: "2").attributes).to eq("name" => "child", "amount" => 2, "extra" => "1")
      expect(parent.new.attributes).to eq("name" => "parent", "amount" => nil)
    end

    it "lets a subclass declare after its parent was used" do
      parent.freeze_attribute_tables

      expect(Class.new(parent) { has_attribute :extra }.new(extra: "a").extra).to eq("a")
    end

    it "refuses a declaration in a class that was used" do
      parent.freeze_attribute_tables

      expect { parent.has_attribute :late }.to raise_error(Operations::Error, "Parent has run already; declare has_attribute before its first use")
    end
  end

  describe "declarations that fail while the class loads", req: "O-50" do
    it "name a type that does not exist" do
      expect { declare { has_attribute :amount, :intger } }.to raise_error(
        ArgumentError, /\AOrder: has_attribute :amount, :intger: There is no type :intger; there is :string, .* Did you mean :integer\?\z/
      )
    end

    it "name an option that does not exist" do
      expect { declare { has_attribute :amount, :integer, defualt: 3 } }.to raise_error(
        ArgumentError, "Order: has_attribute :amount, :integer: there is no option defualt:; possible are default:, field_name:. Did you mean :default?"
      )
      expect { declare { has_attribute :amount, :integer, scale: 3 } }.to raise_error(ArgumentError, /no option scale:/)
      expect { declare { has_attribute :amount, :decimal, scale: 3, precsion: 4 } }.to raise_error(ArgumentError, /no option precsion:; .* precision:, scale:/)
    end

    %i[id type task_status current_state attributes models parent_task_id created_at wake_at wakes_at expires_at errors history version].each do |name|
      it "list the task's own fields when :#{name} is declared" do
        expect { declare { has_attribute name } }.to raise_error(ArgumentError, /\AOrder: has_attribute :#{name} is taken by .* itself, as are .*:updated_at.* Give it another name\.\z/)
      end
    end

    it "name the method that would be replaced, also one that is written for the attribute" do
      host = Class.new(AttributeHost) { def active? = true }
      host.singleton_class.define_method(:attribute_root) { host }

      expect { declare { has_attribute :validate! } }.to raise_error(ArgumentError, /is no name for a method/)
      expect { declare { has_attribute :method } }.to raise_error(ArgumentError, /has_attribute :method would replace method, a method of AttributeHost/)
      expect { host.has_attribute :active, :boolean }.to raise_error(ArgumentError, /has_attribute :active would replace active\?, a method of/)
    end

    it "leave :status to the author, and the names of functions that tasks do not need" do
      order = declare do
        has_attribute :status
        has_attribute :format
        has_attribute :test
        has_attribute :display
      end
      given = {status: "open", format: "csv", test: "a", display: "b"}

      expect(order.new(**given)).to have_attributes(given)
    end

    it "suggest a name where one is no name for a method" do
      expect { declare { has_attribute :dueDate? } }.to raise_error(ArgumentError, /has_attribute :dueDate\? is no name|has_attribute :"dueDate\?" is no name/)
      expect { declare { has_attribute "1st choice" } }.to raise_error(ArgumentError, /as in has_attribute :st_choice/)
    end

    it "refuse a name that a model has" do
      expect do
        declare do
          has_model :owner
          has_attribute :owner
        end
      end.to raise_error(ArgumentError, "Order: has_attribute :owner, but owner is a model already. Give one of them another name.")
    end
  end

  describe "on a task" do
    before do
      stub_const("Approval", Class.new(Operations::Task) do
        has_attribute :name
        has_attribute :price, :decimal
        has_attribute :due_on, :date
        has_attribute :asked_at, :datetime
        has_attribute :lines, :json, default: []
        has_attribute :urgent, :boolean, default: true
        has_attribute :status
        starts_with :ask
        action(:ask) { lines << {item: name} }.then(:answered?)
        wait_until(:answered?) do
          condition { name == "yes" }
          go_to :done
        end
        result :done
      end)
    end

    it "every value is the same after the task was stored and found", req: "O-50" do
      given = {name: "\xFF", price: "1.25", due_on: "2024-02-03", asked_at: Time.utc(2024, 2, 3, 4, 5, 6.123456r), urgent: false, status: "open"}
      found = Approval.find(Approval.call(**given).id)

      expect(found).to have_attributes(given.merge(price: BigDecimal("1.25"), due_on: Date.new(2024, 2, 3), lines: [{"item" => "\xFF"}]))
    end

    it "a status is the author's, and the machine keeps its own", req: "O-50" do
      task = Approval.call(name: "a", status: "open")

      expect(Approval.find(task.id)).to have_attributes(status: "open", task_status: "waiting", waiting?: true)
    end

    it "a name that the class does not have is refused, and nothing is stored", req: "O-30" do
      expect { Approval.call(nme: "a") }.to raise_error(Operations::Task::UnknownAttributeError, /\AApproval has no attribute :nme; it has :name, .*Did you mean :name\?/)
      expect(Approval.all).to eq([])
    end

    it "what was assigned or changed in place before a wake is kept and stored", req: "O-50" do
      task = Approval.call(name: "no")
      task.name = "yes"
      task.lines << "by hand"
      task.wake_up!

      expect(Approval.find(task.id)).to have_attributes(completed?: true, name: "yes", lines: [{"item" => "no"}, "by hand"])
    end

    it "a subclass has its parent's attributes, and runs", req: "O-53" do
      stub_const("QuickApproval", Class.new(Approval) { has_attribute :name, default: "yes" })
      task = QuickApproval.call
      task.wake_up!

      expect(QuickApproval.find(task.id)).to have_attributes(completed?: true, lines: [{"item" => "yes"}], urgent: true)
    end

    it "a field or method of the task is no name for an attribute", req: "O-50" do
      names = Operations::Machine::SYSTEM - %i[status] + %i[history errors sub_tasks flow_runs version call start save update go_to]

      names.each do |name|
        expect { Class.new(Operations::Task) { has_attribute name } }.to raise_error(ArgumentError, /:updated_at/), name.inspect
      end
      expect { Class.new(Operations::Task) { has_attribute :waiting, :boolean } }.to raise_error(ArgumentError, /would replace waiting\?, a method of Operations::Task/)
    end

    it "comes too late once the class has run", req: "O-50" do
      Approval.call(name: "a")

      expect { Approval.has_attribute :late }.to raise_error(Operations::Error, "Approval has run already; declare has_attribute before its first use")
    end
  end

  it "adds no constant that the author's own would be hidden by", req: "O-50" do
    expect([described_class, Operations::Machine::Models, Operations::Machine::Validations].flat_map { |room| room.constants(false) }).to eq([])
  end
end
