# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Fields do
  let(:noon) { TaskHelpers::NOON }

  %i[id type status current_state attributes models parent_task_id exception_class exception_message exception_backtrace
    created_at updated_at wake_at timeout_at delete_at completed_at failed_at].each do |field|
    it "has #{field}, to read", req: "O-29" do
      expect(Samples::Instant.new).to respond_to(field)
    end
  end

  it "has them, to write", req: "O-29" do
    task = Samples::Sleeper.new
    moment = noon + 5
    {id: "i", parent_task_id: "p", exception_class: "E", exception_message: "m", exception_backtrace: "b", created_at: moment, updated_at: moment,
     wake_at: moment, timeout_at: moment, delete_at: moment, completed_at: moment, failed_at: moment, current_state: "done"}.each do |field, value|
      task.public_send(:"#{field}=", value)
      expect(task.public_send(field)).to eq(value), field.to_s
    end
  end

  it "takes moments as Time of any zone or as ISO 8601, gives them in UTC, to the microsecond" do
    task = Samples::Sleeper.new
    task.wake_at = Time.new(2026, 3, 1, 13, 0, Rational(1_234_567, 10_000_000), "+01:00")
    expect(task.wake_at).to be_utc.and eq(noon + Rational(123_456, 1_000_000))
    task.wake_at = "2026-03-01T12:00:00.5+00:00"
    expect(task.wake_at).to eq(noon + 0.5)
    task.wake_at = nil
    expect(task.wake_at).to be_nil
    expect { task.wake_at = 12 }.to raise_error(ArgumentError, /12/)
    expect { task.wake_at = "noon" }.to raise_error(ArgumentError, /noon/)
  end

  it "has attributes and models as Hashes by name, with cast values", req: "O-29" do
    expect(Samples::Approval.new(amount: "5").attributes).to eq("amount" => 5, "approver" => nil)
    expect(Samples::Approval.new.models).to eq({})
  end

  describe "the status", req: "O-37" do
    {active: [true, false, false, false], waiting: [false, true, false, false], completed: [false, false, true, false],
     failed: [false, false, false, true]}.each do |status, answers|
      it "answers its questions when #{status}" do
        task = Samples::Sleeper.new(status:)
        expect([task.active?, task.waiting?, task.completed?, task.failed?]).to eq(answers)
        expect(task).to have_attributes(status:, task_status: status.to_s)
      end
    end

    it "may be given as a String, and nothing else that is not a status" do
      expect(Samples::Sleeper.new(task_status: "waiting")).to be_waiting
      expect { Samples::Sleeper.new.status = :sleeping }.to raise_error(ArgumentError, /active, waiting, completed, failed, not :sleeping/)
    end
  end

  describe "the status, set by hand", req: %w[O-29 O-37] do
    let(:task) { Samples::Sleeper.call }
    let(:kept) { 90 * 86_400 }

    before do
      stop_clock(noon)
      Operations.logger = Logger.new(IO::NULL)
    end

    it "brings the moments of the end with it" do
      task.status = :completed
      expect(task).to have_attributes(completed_at: noon, failed_at: nil, delete_at: noon + kept, wake_at: nil, timeout_at: nil)
      failed = Samples::Sleeper.call
      failed.update!(task_status: "failed", note: "by hand")
      expect(stored(failed)).to be_failed.and have_attributes(completed_at: nil, failed_at: noon, delete_at: noon + kept, note: "by hand")
      expect(stored(failed).history.map(&:outcome)).to eq(["failed"])
      stop_clock(noon + kept)
      expect(Operations::Runner.new.tick).to include(deleted: 1)
    end

    it "keeps those that are given with it, in whatever order" do
      task.update!(completed_at: noon - 5, status: :completed)
      expect(stored(task)).to have_attributes(completed_at: noon - 5, delete_at: noon - 5 + kept)
      other = Samples::Sleeper.call
      other.update!(status: :failed, failed_at: noon - 5, delete_at: noon + 1)
      expect(stored(other)).to have_attributes(failed_at: noon - 5, delete_at: noon + 1)
      third = Samples::Sleeper.call
      third.delete_at = noon + 1
      third.failed_at = noon - 1
      third.status = :failed
      expect(third).to have_attributes(failed_at: noon - 1, delete_at: noon + 1)
    end

    it "takes them away again from a task that is taken back" do
      task.update!(status: :completed, note: "too soon")
      stop_clock(noon + 10)
      task.update!(status: :waiting, wake_at: noon + 20)
      expect(stored(task)).to be_waiting.and have_attributes(completed_at: nil, failed_at: nil, delete_at: nil, wake_at: noon + 20, timeout_at: noon + 10 + 86_400)
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      fragile = Samples::Fragile.all.first
      fragile.status = :completed
      expect(fragile).to have_attributes(completed_at: noon + 10, failed_at: nil, exception_class: nil)
      expect(fragile.history.map(&:outcome)).to eq(%w[retried completed])
    end

    it "tells the parent of the end" do
      parent = Samples::Sleeper.call
      child = parent.start(Samples::Sleeper)
      child.update!(status: :completed, note: "by hand")
      expect(stored(parent).wake_at).to eq(noon)
    end

    it "changes nothing where it is the status already" do
      task.update!(status: :completed, note: "done")
      stop_clock(noon + 10)
      task.update!(status: :completed, note: "again")
      expect(stored(task)).to have_attributes(completed_at: noon, delete_at: noon + kept)
    end
  end

  describe "#in?", req: "O-40" do
    it "takes Symbols and Strings, and is also called waiting_until?" do
      task = Samples::Sleeper.call
      expect([task.in?(:asleep), task.in?("asleep"), task.in?(:done)]).to eq([true, true, false])
      expect([task.waiting_until?(:asleep), task.waiting_until?("asleep"), task.waiting_until?(:done)]).to eq([true, true, false])
    end
  end

  it "refuses a state that the class does not have" do
    task = Samples::Sleeper.new
    expect { task.current_state = :nowhere }.to raise_error(Operations::InvalidState, /No handler for state: nowhere/)
    expect(task.current_state).to eq("asleep")
  end

  describe "an attribute called status" do
    before do
      task_class("Ticket") do
        has_attribute :status, :string, default: "open"
        decision(:start) do
          condition { status == "active" }
          if_true :process_active
          if_false :process_inactive
        end
        action(:process_active) { self.status = "used" }.then(:rest)
        wait_until(:rest) do
          condition { status == "closed" }
          go_to :done
        end
        interaction(:close!) { self.status = "closed" }
        result :process_inactive
        result :done
      end
    end

    it "is the author's: reader, writer and keyword" do
      ticket = Ticket.new(status: "active")
      expect(ticket.status).to eq("active")
      ticket.status = "anything"
      expect(ticket.status).to eq("anything")
      expect(Ticket.new.status).to eq("open")
    end

    it "leaves predicates, task_status, to_h and the store to the machine" do
      ticket = Ticket.call(status: "active")
      expect(ticket).to be_waiting.and have_attributes(status: "used", task_status: "waiting")
      expect(ticket.to_h).to include(status: "waiting")
      expect(ticket.to_h[:attributes]).to include("status" => "used")
      expect(stored(ticket)).to be_waiting.and have_attributes(status: "used", task_status: "waiting")
      expect(Ticket.restore_from(ticket.to_h)).to be_waiting.and have_attributes(status: "used")
    end

    it "lives through waiting, waking, interactions, update and sub-tasks" do
      ticket = Ticket.call(status: "active")
      expect(ticket.update!(status: "used again")).to be(true)
      expect(stored(ticket).wake_up!).to be_waiting
      child = ticket.reload.start(Ticket, status: "active")
      expect(child).to be_waiting.and have_attributes(status: "active")
      expect(ticket.close!).to be_completed.and have_attributes(status: "closed")
      expect(ticket.unfinished_sub_tasks.size).to eq(1)
      expect(ticket.sub_tasks.first.wake_up!).to be_waiting
      expect(Operations::Runner.new.tick).to include(failed: 0)
    end

    it "can be started later, and found among those that are due" do
      ticket = Ticket.later(status: "active")
      expect(ticket).to be_waiting.and have_attributes(status: "active")
      expect(Ticket.new(status: "active", task_status: :waiting)).to be_waiting.and have_attributes(status: "active")
      Operations::Runner.new.tick
      expect(stored(ticket)).to be_in(:rest)
    end

    it "can fail" do
      task_class("Bad", Ticket) { action(:process_active) { raise KeyError }.then(:rest) }
      expect { Bad.call(status: "active") }.to raise_error(KeyError)
      expect(Bad.all.first).to be_failed.and have_attributes(status: "active")
    end
  end

  describe "reserved names" do
    it "are refused while the class loads, with the list" do
      %i[id type task_status current_state attributes models parent_task_id created_at updated_at wake_at timeout_at delete_at
        completed_at failed_at errors history].each do |name|
        expect { task_class("Bad") { has_attribute name } }.to raise_error(ArgumentError, /Bad.*:#{name}/m) { |error| expect(error.message).to include(":current_state").or include(":id") }
        expect { task_class("Bad") { has_model name } }.to raise_error(ArgumentError, /:#{name}/)
      end
    end

    it "are not those that a task is likely to want" do
      wanted = %i[status name title path plan copy tries life trail busy stop count size order user account email state stage step steps
        amount total result message reason note notes data record version_number attempts settle undo handle touch owner url file started mover]
      task_class("Wide") do
        wanted.each { |name| has_attribute name }
        has_model :customer
        result :start
      end
      task = Wide.call(**wanted.to_h { |name| [name, name.to_s] })
      expect(task).to be_completed
      expect(stored(task).attributes.values).to eq(wanted.map(&:to_s))
    end

    it "are not those of Ruby's own functions, which the machine does not call on the task" do
      task_class("Functions", Samples::Sleeper) do
        %i[sleep loop rand select system test format puts print gets open trap exit].each { |name| has_attribute name }
      end
      task = Functions.call(sleep: "deep", loop: "again")
      expect(task.get_up!).to be_completed.and have_attributes(sleep: "deep", loop: "again")
      expect(Operations::Runner.new.tick).to include(failed: 0)
    end

    it "and an author's own helpers do not trip the machine" do
      task_class("Helpful", Samples::Approval) do
        %i[path plan copy tries life life= trail busy stop stops settle undo handle touch adopt insert restore serve guarded finish
          started from mover ended note_step interpreted tries signal_parent finished? version].each do |name|
          define_method(name) { |*| raise "#{name} was called" }
        end
      end
      task = Helpful.call(amount: 500)
      expect(task.approve!("Ada")).to be_completed
      expect(stored(task)).to be_completed
      expect(Helpful.restore_from(task.to_h)).to eq(task)
    end
  end

  describe "#parent" do
    it "is the task that started this one, or nil" do
      parent = Samples::Sleeper.call
      child = parent.start(Samples::Instant)
      expect(child.parent).to eq(parent)
      expect(child).to have_attributes(parent_task_id: parent.id, parent_id: parent.id)
      expect(parent.parent).to be_nil
      Operations.storage.delete(parent.id)
      expect(child.parent).to be_nil
    end
  end
end
