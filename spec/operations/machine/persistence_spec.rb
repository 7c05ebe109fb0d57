# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Machine::Persistence do
  let(:noon) { TaskHelpers::NOON }

  before do
    stop_clock(noon)
    task_class("Form") do
      has_attribute :title
      has_attribute :pages, :integer, default: 1
      validates :title, presence: true
      wait_until(:start) do
        condition { pages > 9 }
        go_to :done
      end
      result :done
    end
  end

  describe "#save! and #save", req: "O-15" do
    it "gives an id once, and sets updated_at each time" do
      task = Form.new(title: "x")
      expect(task).to have_attributes(id: nil, stored?: false)
      expect(task.save!).to be(true)
      id = task.id
      expect(id).to be_a(String)
      stop_clock(noon + 5)
      task.save!
      expect(task).to have_attributes(id:, updated_at: noon + 5, created_at: noon, stored?: true, persisted?: true)
      expect(stored(task)).to have_attributes(updated_at: noon + 5, created_at: noon)
    end

    it "check first, and store nothing that is not valid" do
      task = Form.call(title: "x")
      task.title = ""
      expect { task.save! }.to raise_error(Operations::ValidationError, /title/i) { |error| expect(error.task).to equal(task) }
      expect(task.save).to be(false)
      expect(task.errors.full_messages.join).to match(/title/i)
      expect(stored(task).title).to eq("x")
    end

    it "keep the state, the status and the moments" do
      task = Form.call(title: "x")
      stop_clock(noon + 5)
      expect { task.save! }.not_to change { stored(task).to_h.except(:updated_at) }
    end

    it "refuse a copy that is older than what is stored, so that no change is lost" do
      task = Form.call(title: "x")
      stale = stored(task)
      task.update!(title: "mine")
      stale.title = "theirs"
      expect { stale.save! }.to raise_error(Operations::Busy, /changed by somebody else/) { |error| expect(error.task).to equal(stale) }
      expect(stored(task).title).to eq("mine")
      stale.reload.update!(title: "theirs")
      expect(stored(task).title).to eq("theirs")
    end
  end

  describe "#update and #update!" do
    let(:task) { Form.call(title: "x") }

    it "assign, check and store" do
      expect(task.update(title: "y", pages: "2")).to be(true)
      expect(stored(task)).to have_attributes(title: "y", pages: 2)
      expect(task.update!(pages: 3)).to be(true)
      expect(stored(task).pages).to eq(3)
    end

    it "say no, or raise, for what is not valid" do
      expect(task.update(title: nil)).to be(false)
      expect { task.update!(title: nil) }.to raise_error(Operations::ValidationError)
      expect(stored(task).title).to eq("x")
    end

    it "take system fields too" do
      task.update!(wake_at: noon - 1, timeout_at: noon + 7, parent_task_id: "p")
      expect(stored(task)).to have_attributes(wake_at: noon - 1, timeout_at: noon + 7, parent_task_id: "p")
    end

    it "take the names that V1 used" do
      task.update!(wakes_at: noon - 1, expires_at: noon + 7)
      expect(stored(task)).to have_attributes(wake_at: noon - 1, wakes_at: noon - 1, timeout_at: noon + 7, expires_at: noon + 7)
    end

    it "complete the task when that is what they are told, and store it" do
      expect(task.update(task_status: "completed", completed_at: noon + 3)).to be_truthy
      expect(stored(task)).to be_completed.and have_attributes(completed_at: noon + 3, wake_at: nil, timeout_at: nil)
      other = Form.call(title: "x")
      other.update!(task_status: :completed)
      expect(stored(other)).to be_completed.and have_attributes(completed_at: noon)
    end

    it "refuse a name that there is not" do
      expect { task.update(titel: "y") }.to raise_error(ArgumentError, /Form has no attribute :titel; it has :title, :pages/)
    end

    it "store in the middle of a handler without losing the transition" do
      task_class("Chatty") do
        has_attribute :note
        action(:start) { update!(note: "half way") }.then(:second)
        action(:second) { update!(note: "#{note} and on") }.then(:done)
        result :done
      end
      chatty = Chatty.call
      expect(chatty).to be_completed
      expect(stored(chatty)).to be_completed.and have_attributes(note: "half way and on")
      expect(stored(chatty).history.map(&:state)).to eq(%w[start second done])
    end

    it "keep what was stored half way when the handler then fails" do
      task_class("Chatty") do
        has_attribute :note
        action(:start) do
          update!(note: "half way")
          raise KeyError
        end.then(:done)
        result :done
      end
      expect { Chatty.call }.to raise_error(KeyError)
      expect(Chatty.all.first).to be_failed.and have_attributes(note: "half way")
    end
  end

  describe "#reload" do
    it "takes over what is stored and drops what was not" do
      task = Form.call(title: "x")
      stored(task).update!(title: "y")
      task.pages = 5
      expect(task.reload).to equal(task)
      expect(task).to have_attributes(title: "y", pages: 1)
      expect(task.update!(pages: 6)).to be(true)
    end

    it "says so when there is nothing stored" do
      expect { Form.new(title: "x").reload }.to raise_error(Operations::Error, /not stored/)
      task = Form.call(title: "x")
      task.destroy
      expect { task.reload }.to raise_error(Operations::Error, /not stored/) { |error| expect(error.task).to equal(task) }
    end
  end

  describe "#destroy in the task's own handler" do
    # Its handler destroys it, then does this, and asks for another state.
    def passing(target = :done, &more)
      task_class("Passing") do
        has_attribute :title
        starts_with :work
        action(:work) do
          destroy
          instance_exec(&more) if more
        end
        go_to target if target
        action(:next) { raise "never" }.then(:done)
        wait_until(:rest) { condition { title } and go_to(:done) }
        interaction(:remove!) { |fail = false| destroy && fail && raise(KeyError, "not so") }
        interaction(:remove_and_go!) { destroy && go_to(:done) }
        on_timeout { destroy }
        result :done
      end
    end

    it "ends the run quietly: nothing is stored any more, wherever the task goes" do
      [:done, :next, :rest, nil].each do |target|
        passing(target)
        task = Passing.call(title: "x")
        expect(task).to be_a(Passing)
        expect(task).not_to be_stored
        expect(Passing.all).to be_empty
      end
    end

    it "lets the block go on, without storing what it saves or starts" do
      seen = []
      passing do
        self.title = "late"
        seen << save! << update(title: "later") << start(Samples::Instant)
        seen << Operations.storage.find(id)
      end
      expect(Passing.call.title).to eq("later")
      expect(seen).to match([true, true, be_a(Samples::Instant), nil])
      expect(Passing.all + Samples::Instant.all).to be_empty
    end

    it "drops what was started before, too" do
      task_class("Early") do
        starts_with :work
        action(:work) { start(Samples::Instant) && destroy }.then(:done)
        result :done
      end
      Early.call
      expect(Samples::Instant.all).to be_empty
    end

    it "hands on what the block raises, and records it nowhere" do
      passing { raise KeyError, "after all" }
      expect { Passing.call }.to raise_error(KeyError, "after all")
      expect(Passing.all).to be_empty
    end

    it "is the same in a condition, a decision, on_timeout, and for a task that is woken" do
      task_class("Looked") do
        starts_with :gone?
        decision(:gone?) do
          condition { destroy && false }
          if_true :done
          if_false :rest
        end
        wait_until(:rest) do
          condition { destroy }
          go_to :done
        end
        on_timeout { destroy }
        result :done
      end
      Looked.call
      Looked.new(current_state: :rest, task_status: :waiting).tap(&:save!).wake_up!
      Looked.new(current_state: :rest, task_status: :waiting, timeout_at: Time.now - 1).tap(&:save!).wake_up!
      expect(Looked.all).to be_empty
    end

    it "is the same in every storage", req: "O-65" do
      Operations.storage = Doubles::JsonStorage.new.tap do |storage|
        def storage.delete(id) = !@rows.delete(id).nil?
      end
      passing { start(Samples::Instant) }
      expect(Passing.call).not_to be_stored
      expect(Operations.storage.rows).to be_empty
    end

    it "can be stored and run anew afterwards" do
      task_class("Twice") do
        has_attribute :runs, :integer, default: 0
        starts_with :work
        action(:work) { destroy if (self.runs += 1) == 1 }.then(:done)
        result :done
      end
      task = Twice.call
      task.current_state = :work
      task.save!
      expect(task.call).to be_completed
      expect(stored(task)).to be_completed.and have_attributes(runs: 2)
    end

    it "is done at the end of an interaction, and not at all when that raises" do
      passing
      task = Passing.new(current_state: :rest, task_status: :waiting).tap(&:save!)
      expect { task.remove!(true) }.to raise_error(KeyError)
      expect(stored(task)).to be_waiting
      expect(task.remove!).to equal(task)
      expect(task).not_to be_stored
      Passing.new(current_state: :rest, task_status: :waiting).tap(&:save!).remove_and_go!
      expect(Passing.all).to be_empty
    end

    it "makes the waiting parent look again" do
      task_class("Brief") do
        action(:start) { destroy }.then(:done)
        result :done
      end
      task_class("Parent") do
        delay 3600
        action(:start) { start Brief }.then(:over?)
        wait_until(:over?) do
          condition { unfinished_sub_tasks.none? }
          go_to :done
        end
        result :done
      end
      parent = Parent.call
      2.times { Operations::Runner.new.tick }
      expect(stored(parent)).to be_completed
    end
  end

  describe "#destroy" do
    it "takes the task out of the storage" do
      task = Form.call(title: "x")
      expect(task.destroy).to equal(task)
      expect(stored(task)).to be_nil
      expect(task).not_to be_stored
      expect(Form.new(title: "x").destroy).not_to be_stored
    end
  end

  describe "what is stored", req: %w[O-15 O-16] do
    it "is a copy: changing the task changes nothing until it is saved" do
      task_class("Open") do
        has_attribute :list, :json, default: []
        wait_until(:start) {}
      end
      task = Open.call
      task.list << 1
      expect(stored(task).list).to eq([])
      task.save!
      expect(stored(task).list).to eq([1])
      stored(task).list << 2
      expect(stored(task).list).to eq([1])
    end
  end

  describe "a dup" do
    it "is a copy of its own, with what was not saved" do
      task = Form.call(title: "x")
      task.pages = 4
      copy = task.dup
      copy.title = "y"
      copy.pages = 10
      expect(copy.wake_up!).to be_completed
      expect(task).to be_waiting.and have_attributes(title: "x", pages: 4)
      expect(task.history.size).to eq(1)
      expect(stored(task)).to have_attributes(title: "y", pages: 10)
      expect(task.dup).to have_attributes(pages: 4)
    end
  end

  describe "unique_by" do
    before do
      task_class("Billing") do
        has_attribute :invoice
        has_attribute :year, :integer
        unique_by :invoice, :year
        wait_until(:start) do
          condition { year.nil? }
          go_to :done
        end
        interaction(:pay!) { go_to :done }
        result :done
      end
    end

    it "returns the unfinished task with the same values, from call and from later" do
      first = Billing.call(invoice: "A", year: 2026)
      expect(Billing.call(invoice: "A", year: 2026)).to eq(first)
      expect(Billing.later(invoice: "A", year: "2026")).to eq(first)
      expect(Billing.all.size).to eq(1)
    end

    it "goes by all of the values" do
      Billing.call(invoice: "A", year: 2026)
      Billing.call(invoice: "A", year: 2027)
      Billing.call(invoice: "B", year: 2026)
      expect(Billing.all.size).to eq(3)
    end

    it "lets a new one start when the old one has finished, or failed" do
      first = Billing.call(invoice: "A", year: 2026)
      first.pay!
      second = Billing.call(invoice: "A", year: 2026)
      expect(second).not_to eq(first)
      second.record_error!(KeyError.new("x"))
      third = Billing.call(invoice: "A", year: 2026)
      expect([first, second]).not_to include(third)
      expect(Billing.call(invoice: "A", year: 2026)).to eq(third)
    end

    it "does not run the one it returns" do
      later = Billing.later(invoice: "A", year: nil)
      expect(Billing.call(invoice: "A", year: nil)).to eq(later).and be_waiting
    end

    it "takes nil for a value, and tells text from numbers" do
      task_class("Loose", Samples::Sleeper) do
        has_attribute :key, :json
        unique_by :key
      end
      expect(["1", 1, nil, "", [1], {"a" => 1}].map { |key| Loose.call(key:).id }.uniq.size).to eq(6)
      expect(Loose.call(key: {"a" => 1})).to eq(Loose.all.last)
    end

    it "takes nil for what it reads as, where there is a default" do
      task_class("Monthly", Samples::Sleeper) do
        has_attribute :shop, default: "main"
        has_attribute :count, :integer, default: 2
        unique_by :shop, :count
      end
      first = Monthly.call
      expect([Monthly.call(shop: nil), Monthly.call(shop: "main", count: ""), Monthly.later(count: nil)]).to all(eq(first))
      other = Monthly.call(shop: "other")
      first.destroy
      other.update!(shop: nil)
      expect(other).to have_attributes(shop: "main")
      expect(Monthly.call).to eq(other)
    end

    it "takes text of any encoding" do
      bytes = "caf\xE9".b
      first = Billing.call(invoice: bytes, year: 1)
      expect(Billing.call(invoice: bytes, year: 1)).to eq(first)
      expect(Billing.call(invoice: "caf\xE8".b, year: 1)).not_to eq(first)
    end

    it "is about models too" do
      stub_const("Customer", Struct.new(:id) { def self.find(id) = new(id) })
      task_class("Greeting", Samples::Sleeper) do
        has_model :customer, "Customer"
        unique_by :customer
      end
      first = Greeting.call(customer: Customer.new(1))
      expect(Greeting.call(customer: Customer.new(1))).to eq(first)
      expect(Greeting.call(customer: Customer.new(2))).not_to eq(first)
    end

    it "is about one class: a subclass has keys of its own" do
      task_class("Special", Billing)
      expect(Special.call(invoice: "A", year: 1)).not_to eq(Billing.call(invoice: "A", year: 1))
    end

    it "follows a change of the values" do
      first = Billing.call(invoice: "A", year: 1)
      first.update!(invoice: "B")
      expect(Billing.call(invoice: "B", year: 1)).to eq(first)
      expect(Billing.call(invoice: "A", year: 1)).not_to eq(first)
    end

    it "does not let a change take another's place" do
      Billing.call(invoice: "A", year: 1)
      second = Billing.call(invoice: "B", year: 1)
      expect { second.update!(invoice: "A") }.to raise_error(Operations::Error, /A|unique|#{second.id}/)
      expect(stored(second).invoice).to eq("B")
    end

    it "holds for many threads at once" do
      start_clock
      ids = Array.new(8) { Thread.new { Array.new(20) { |number| Billing.later(invoice: number.to_s, year: 1).id } } }.flat_map(&:value)
      expect(ids.uniq.size).to eq(20)
      expect(Billing.all.size).to eq(20)
    end
  end

  it "refuses another id or class for a stored task", req: "O-32" do
    task = Samples::Sleeper.call
    expect { task.update(id: "other") }.to raise_error(ArgumentError, /Sleeper\(#{task.id}\) has the id "#{task.id}", which cannot be changed to "other"/)
    expect { task.update!(type: "Other") }.to raise_error(ArgumentError, /has the type "Samples::Sleeper", which cannot be changed to "Other"/)
    expect(task.update!(id: task.id, note: "the same")).to be(true)
    expect(Operations.storage.all).to eq([task])
  end
end
