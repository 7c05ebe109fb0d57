# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe Operations::Task do
  describe ".call", req: "O-33" do
    it "runs a task to its end and returns it, stored" do
      task = Samples::Approval.call(amount: 10)
      expect(task).to be_completed & be_in(:paid)
      expect(task.amount).to eq(11)
      expect(stored(task)).to have_attributes(current_state: "paid", amount: 11, task_status: "completed")
    end

    it "runs a task until it sleeps" do
      task = Samples::Approval.call(amount: 500)
      expect(task).to be_waiting & be_in(:approved?)
      expect(stored(task)).to be_waiting & be_in(:approved?)
    end

    it "is also called perform_now" do
      expect(Samples::Approval.perform_now(amount: 10)).to be_completed
    end

    it "hands an error on and leaves the failed task in the storage", req: %w[O-33 O-42] do
      expect { Samples::Fragile.call }.to raise_error(ArgumentError, "it broke")
      expect(Samples::Fragile.all).to contain_exactly(be_failed)
    end

    it "stores nothing of a task that is not valid" do
      task_class("Strict", Samples::Instant) { validates :name, presence: true }
      expect { Strict.call(name: " ") }.to raise_error(Operations::ValidationError, /name/i)
      expect(Operations.storage.all).to be_empty
    end

    it "is stored before its first handler runs, which therefore knows its id" do
      seen = nil
      task_class("Curious") do
        action(:start) { seen = [id, Operations.storage.find(id)&.current_state] }.then(:done)
        result :done
      end
      task = Curious.call
      expect(seen).to eq([task.id, "start"])
    end

    it "stores each transition before the next handler runs" do
      seen = []
      task_class("Steps") do
        has_attribute :count, :integer, default: 0
        action(:start) { self.count += 1 }.then(:second)
        action(:second) { seen << Operations.storage.find(id).then { |task| [task.current_state, task.count] } }.then(:third)
        action(:third) { seen << Operations.storage.find(id).then { |task| [task.current_state, task.count] } }.then(:done)
        result :done
      end
      Steps.call
      expect(seen).to eq([["second", 1], ["third", 1]])
    end
  end

  describe ".later", req: "O-33" do
    it "stores a task that is due at once, and runs nothing" do
      task = at(TaskHelpers::NOON) { Samples::Approval.later(amount: 10) }
      expect(task).to be_waiting & be_in(:small?)
      expect(stored(task).wake_at).to eq(TaskHelpers::NOON)
      expect(task.amount).to eq(10)
    end

    it "is also called perform_later" do
      expect(Samples::Approval.perform_later(amount: 10)).to be_waiting
    end

    it "runs when it is woken" do
      expect(Samples::Approval.later(amount: 10).wake_up!).to be_completed
    end

    it "refuses what is not valid there and then" do
      task_class("Strict", Samples::Instant) { validates :name, presence: true }
      expect { Strict.later }.to raise_error(Operations::ValidationError)
      expect(Operations.storage.all).to be_empty
    end
  end

  describe ".find", req: "O-33" do
    it "gives a copy of the stored task, of its own class" do
      task = Samples::Approval.call(amount: 500)
      found = described_class.find(task.id)
      expect(found).to be_an_instance_of(Samples::Approval)
      expect(found).not_to equal(task)
      expect(found.amount).to eq(500)
    end

    it "gives nil for an id that is unknown, and for a task of another class" do
      task = Samples::Instant.call
      expect(described_class.find("nothing")).to be_nil
      expect(Samples::Approval.find(task.id)).to be_nil
    end

    it "finds tasks of subclasses" do
      task_class("Special", Samples::Instant)
      expect(Samples::Instant.find(Special.call.id)).to be_a(Special)
    end
  end

  describe ".all, .wake_sleeping and .delete_old", req: %w[O-17 O-19] do
    it "are about the tasks of that class and those below it" do
      task_class("Special", Samples::Sleeper)
      sleeper = Samples::Sleeper.later
      special = Special.later
      other = Samples::Approval.later(amount: 5)
      expect(Samples::Sleeper.all).to contain_exactly(sleeper, special)
      expect(Samples::Sleeper.wake_sleeping).to eq(2)
      expect(stored(other)).to be_in(:small?)
    end

    it "goes on with the others when one fails" do
      broken = Samples::Fragile.later
      sound = Samples::Fragile.later(broken: false)
      Operations.logger = Logger.new(IO::NULL)
      expect(Samples::Fragile.wake_sleeping).to eq(2)
      expect(stored(broken)).to be_failed
      expect(stored(sound)).to be_completed
    end

    it "deletes what is old enough" do
      old = at(TaskHelpers::NOON) { Samples::Instant.call }
      young = at(TaskHelpers::NOON + 86_400) { Samples::Instant.call }
      at(TaskHelpers::NOON + 90 * 86_400) { expect(Samples::Instant.delete_old).to eq(1) }
      expect([stored(old), stored(young)]).to eq([nil, young])
    end
  end

  describe ".new", req: "O-30" do
    it "takes attributes as keywords and fills in defaults" do
      expect(Samples::Approval.new(amount: "7")).to have_attributes(amount: 7, approver: nil)
      expect(Samples::Approval.new).to have_attributes(amount: 0)
    end

    it "takes the system fields beside them" do
      wake_at = TaskHelpers::NOON + 60
      task = Samples::Approval.new(status: :waiting, current_state: :approved?, wake_at:, parent_task_id: "p-1", amount: 3)
      expect(task).to have_attributes(status: :waiting, current_state: "approved?", wake_at:, parent_task_id: "p-1", amount: 3)
    end

    it "takes a parent as an object" do
      parent = Samples::Approval.call(amount: 500)
      expect(Samples::Instant.new(parent:).parent_task_id).to eq(parent.id)
      expect(Samples::Instant.new(parent:).parent).to eq(parent)
    end

    it "takes attributes in a Hash, as storages have them" do
      expect(Samples::Approval.new(attributes: {"amount" => 9}).amount).to eq(9)
    end

    it "refuses a keyword that it does not know, and says which it does" do
      expect { Samples::Approval.new(amout: 1) }
        .to raise_error(ArgumentError, /Samples::Approval has no attribute :amout; it has :amount, :approver/)
    end

    it "refuses a status and a state that do not exist" do
      expect { Samples::Approval.new(status: :done) }.to raise_error(ArgumentError, /active, waiting, completed, failed.*:done/)
      expect { Samples::Approval.new(current_state: :nowhere) }.to raise_error(Operations::ValidationError, /nowhere/)
    end

    it "stores nothing" do
      expect(Samples::Approval.new).not_to be_stored
      expect(Operations.storage.all).to be_empty
    end
  end

  describe "#call" do
    it "runs a new task and stores it" do
      task = Samples::Approval.new(amount: 10)
      expect(task.call).to equal(task)
      expect(task).to be_completed
      expect(stored(task)).to be_completed
    end

    it "leaves a task that waits alone, unless it is told to look at once" do
      task = Samples::Approval.call(amount: 500)
      task.approver = "Ada"
      expect(task.call).to be_waiting
      expect(task.call(immediate: true)).to be_completed
    end

    it "does nothing to a finished one" do
      task = Samples::Approval.call(amount: 10)
      expect { task.call }.not_to change { task.to_h }
    end
  end

  describe "being the same" do
    it "is about class and id" do
      task = Samples::Instant.call
      copy = stored(task)
      expect(copy).to eq(task).and eql(task)
      expect(copy.hash).to eq(task.hash)
      expect([task, copy].uniq.size).to eq(1)
      expect(task).not_to eq(Samples::Instant.call)
    end

    it "is not given by being new" do
      expect(Samples::Instant.new).not_to eq(Samples::Instant.new)
      task = Samples::Instant.new
      expect(task).to eq(task)
    end

    it "is not given across classes" do
      expect(Samples::Instant.new(id: "1")).not_to eq(Samples::Sleeper.new(id: "1"))
      expect(Samples::Instant.new(id: "1")).not_to eq("1")
    end
  end

  describe "saying what it is" do
    it "names class, id, status and state" do
      task = Samples::Approval.call(amount: 500)
      expect(task.to_s).to eq("Samples::Approval(#{task.id})")
      expect(task.inspect).to include("Samples::Approval", task.id, "waiting", "approved?")
      expect(Samples::Approval.new.to_s).to include("Samples::Approval")
    end
  end

  describe "#call in the task's own blocks", req: "O-36" do
    it "does nothing in its handler and in its interaction, as wake_up!" do
      task_class("Eager") do
        has_attribute :runs, :integer, default: 0
        starts_with :work
        action(:work) { (self.runs += 1) && call && perform_now }.then(:known?)
        wait_until(:known?) { condition { runs == 3 } and go_to(:done) }
        interaction(:hurry!) { (self.runs += 2) && call }
        result :done
      end
      task = Eager.call
      expect(task).to be_in(:known?).and have_attributes(runs: 1)
      expect(task.hurry!).to be_completed.and have_attributes(runs: 3)
    end

    it "is refused on another object of it, which would run the handler again and again" do
      task_class("Doubled") { action(:start) { self.class.find(id).call }.then(:done) and result(:done) }
      expect { Doubled.call }.to raise_error(Operations::Busy, /Doubled\(\S+\) is being run right here/)
    end
  end

  describe "a class without a name" do
    let(:anonymous) do
      Class.new(described_class) do
        has_attribute :word
        action(:start) { self.word = word.upcase }.then(:done)
        result :done
      end
    end

    it "may run" do
      expect(anonymous.call(word: "hi")).to be_completed.and have_attributes(word: "HI")
      expect(anonymous.test(:start, word: "hi").word).to eq("HI")
      expect(anonymous.new(word: "x").inspect).to be_a(String)
    end

    it "cannot be left for later, also as a sub-task: nobody could wake it", req: "O-45" do
      expect { anonymous.later(word: "hi") }.to raise_error(Operations::Error, /without a name.*constant.*or run it here and now with call/)
      klass = anonymous
      task_class("Parent") { action(:start) { start klass, word: "hi" }.then(:done) and result(:done) }
      expect { Parent.call }.to raise_error(Operations::Error, /without a name/)
      expect(Operations.storage.all.map(&:class)).to eq([Parent])
    end

    it "cannot be found again, and says why" do
      id = anonymous.call(word: "hi").id
      expect { Operations.storage.find(id) }.to raise_error(Operations::Error, /class without a name/)
    end

    it "says something readable when its flowchart is wrong" do
      lost = Class.new(described_class) do
        action(:start) { go_to :nowhere }
        result :done
      end
      expect { lost.call }.to raise_error(Operations::InvalidState, /No handler for state: nowhere\. \S+.* has :start, :done/)
    end
  end

  describe "an abstract class" do
    before do
      task_class("Base") do
        self.abstract_class = true
        has_attribute :name
        starts_with :prepare
        action(:prepare) {}.then(:finish)
      end
    end

    it "needs no flowchart that works, and does not run" do
      expect { Base.call }.to raise_error(Operations::Error, /Base is abstract.*subclass/)
      expect { Base.new }.to raise_error(Operations::Error, /Base is abstract/)
    end

    it "hands on what it declares, but not that it is abstract" do
      task_class("Concrete", Base) { result :finish }
      expect(Concrete).not_to be_abstract_class
      expect(Concrete.call(name: "x")).to be_completed
    end

    it "is neither registered nor verified" do
      task_class("Concrete", Base) { result :finish }
      expect(Operations::Registry.all.map(&:name)).to include("Concrete")
      expect(Operations::Registry.all.map(&:name)).not_to include("Base")
      expect { Operations::Registry.fetch("Base") }.to raise_error(Operations::Error)
    end
  end

  describe "a class whose initialize does not call super" do
    before do
      task_class("Hasty") do
        has_attribute :name
        result :start
        define_method(:initialize) { |**| @ready = true }
      end
    end

    text = "Hasty#initialize does not call super, so the task was never set up. Write: def initialize(**) = super, " \
      "with what you add behind it; or leave it out: a default: makes an attribute's first value"

    {
      "call" => -> { Hasty.call(name: "Ada") }, "later" => -> { Hasty.later(name: "Ada") }, "test" => -> { Hasty.test(:start) },
      "new and save!" => -> { Hasty.new.save! }, "new and save" => -> { Hasty.new.save }, "new and call" => -> { Hasty.new.call }
    }.each do |way, use|
      it "is told so by #{way}" do
        expect { use.call }.to raise_error(Operations::Error, text)
        expect(Operations.storage.all).to be_empty
      end
    end

    it "is told so when a handler starts it" do
      task_class("Parent") do
        action(:start) { start Hasty }.then(:done)
        result :done
      end
      expect { Parent.call }.to raise_error(Operations::Error, text)
    end

    it "is fine with one that does" do
      task_class("Patient") do
        has_attribute :name
        attr_reader :ready
        result :start
        define_method(:initialize) { |**given| super(**given).then { @ready = true } }
      end
      expect(Patient.call(name: "Ada")).to have_attributes(name: "Ada", ready: true).and be_completed
    end
  end
end
