# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Machine::Children, req: "O-38" do
  let(:noon) { TaskHelpers::NOON }

  before do
    task_class("Team") do
      has_attribute :size, :integer, default: 3
      has_attribute :fail, :boolean, default: false
      validates :size, numericality: {only_integer: true, greater_than: 0}
      action(:start) do
        size.times { |number| start Samples::Sleeper, note: "no. #{number}" }
        raise KeyError, "no team" if fail
      end.then(:all_up?)
      wait_until(:all_up?) do
        condition { unfinished_sub_tasks.none? }
        go_to :done
      end
      result :done
    end
  end

  describe "#start in a handler" do
    it "stores the sub-tasks, waiting and due, in the order they were started" do
      team = at(noon) { Team.call }
      expect(team.sub_tasks.size).to eq(3)
      expect(team.sub_tasks.map(&:note)).to eq(["no. 0", "no. 1", "no. 2"])
      expect(team.sub_tasks.to_a).to all(be_waiting & be_a(Samples::Sleeper))
      expect(team.sub_tasks.to_a).to all(have_attributes(parent_task_id: team.id, wake_at: noon, parent: team))
    end

    it "gives the sub-task with its id, before it is stored" do
      given = nil
      task_class("Parent") do
        has_attribute :child_id
        action(:start) do
          given = start(Samples::Sleeper)
          self.child_id = given.id
        end.then(:done)
        result :done
      end
      parent = Parent.call
      expect(parent.child_id).to eq(given.id)
      expect(stored(given)).to have_attributes(parent_task_id: parent.id)
    end

    it "shows them in the same handler" do
      seen = nil
      task_class("Parent") do
        action(:start) do
          2.times { start Samples::Sleeper }
          seen = [sub_tasks.size, sub_tasks.to_a.size, unfinished_sub_tasks.size, completed_sub_tasks.size, sub_tasks.any?]
        end.then(:done)
        result :done
      end
      Parent.call
      expect(seen).to eq([2, 2, 2, 0, true])
    end

    it "does not store those of a handler that fails" do
      expect { Team.call(fail: true) }.to raise_error(KeyError)
      expect(Team.all.first.sub_tasks.size).to eq(0)
      expect(Samples::Sleeper.all).to be_empty
    end

    it "stores them once when the failed handler is retried" do
      expect { Team.call(fail: true) }.to raise_error(KeyError)
      team = Team.all.first
      team.fail = false
      expect(team.retry!.sub_tasks.size).to eq(3)
      expect(Samples::Sleeper.all.size).to eq(3)
    end

    it "stores them with the transition: nobody sees the one without the other" do
      seen = []
      task_class("Parent") do
        action(:start) do
          start Samples::Sleeper
          seen << [Operations.storage.find(id).current_state, Samples::Sleeper.all.size]
        end.then(:second)
        action(:second) { seen << [Operations.storage.find(id).current_state, Samples::Sleeper.all.size] }.then(:done)
        result :done
      end
      Parent.call
      expect(seen).to eq([["start", 0], ["second", 1]])
    end

    it "refuses a sub-task that is not valid, and the handler fails" do
      task_class("Strict", Samples::Instant) { validates :name, presence: true }
      task_class("Parent") do
        action(:start) { start Strict }.then(:done)
        result :done
      end
      expect { Parent.call }.to raise_error(Operations::ValidationError)
      expect(Parent.all).to contain_exactly(be_failed)
    end

    it "refuses what is no task class" do
      task_class("Parent") do
        action(:start) { start String }.then(:done)
        result :done
      end
      expect { Parent.call }.to raise_error(ArgumentError, /subclass of Operations::Task or of ActiveDataFlow::Base, not String/)
    end

    it "may start tasks of its own class" do
      task_class("Tree") do
        has_attribute :depth, :integer, default: 0
        action(:start) { 2.times { start Tree, depth: depth - 1 } if depth > 0 }.then(:done)
        result :done
      end
      Tree.call(depth: 2)
      runner = Operations::Runner.new
      3.times { runner.tick }
      expect(Tree.all.size).to eq(7)
      expect(Tree.all).to all(be_completed)
    end

    it "goes by unique_by of the sub-task: an unfinished one is returned" do
      task_class("Only", Samples::Sleeper) { unique_by :note }
      task_class("Parent") do
        action(:start) { start Only, note: "x" }.then(:done)
        result :done
      end
      2.times { Parent.call }
      expect(Only.all.size).to eq(1)
    end
  end

  describe "a sub-task in the handler that started it" do
    # A parent whose handler does this with the sub-task, and goes on.
    def parent(child_class = Samples::Sleeper, **attributes, &touch)
      task_class("Parent") do
        has_attribute :fail, :boolean, default: false
        delay 3600
        action(:start) do
          touch.call(start(child_class, **attributes), self)
          raise KeyError, "no" if fail
        end.then(:all_up?)
        wait_until(:all_up?) do
          condition { unfinished_sub_tasks.none? }
          go_to :done
        end
        result :done
      end
    end

    def child_of(task) = task.sub_tasks.first

    it "can be changed and saved: it is stored with its parent's transition, not before" do
      seen = nil
      parent do |child|
        child.note = "changed"
        child.save!
        child.update!(awake: true)
        seen = [child.save, child.update(note: "#{child.note}, twice"), child.stored?, Samples::Sleeper.all.size]
      end
      task = Parent.call
      expect(seen).to eq([true, true, false, 0])
      expect(child_of(task)).to be_waiting.and have_attributes(note: "changed, twice", awake: true)
      expect { Parent.call(fail: true) }.to raise_error(KeyError)
      expect(Samples::Sleeper.all.size).to eq(1)
    end

    it "is checked when it is saved" do
      task_class("Strict", Samples::Instant) { validates :name, presence: true }
      parent(Strict, name: "x") { |child| child.update!(name: "") }
      expect { Parent.call }.to raise_error(Operations::ValidationError)
      expect(Strict.all).to be_empty
    end

    it "is run right after the commit when it was woken, or called" do
      %i[wake_up! call perform_now].each do |word|
        seen = nil
        parent(Samples::Instant) do |child|
          child.public_send(word)
          seen = child.task_status
        end
        task = Parent.call
        expect(seen).to eq("waiting")
        expect(child_of(task)).to be_completed
        Operations::Runner.new.tick
        expect(stored(task)).to be_completed
      end
    end

    it "is not run when the handler fails" do
      parent(Samples::Instant) { |child| child.wake_up! }
      expect { Parent.call(fail: true) }.to raise_error(KeyError)
      expect(Samples::Instant.all).to be_empty
    end

    it "keeps its own failure to itself then" do
      parent(Samples::Fragile) { |child| child.wake_up! }
      task = nil
      expect(logged { task = Parent.call }).to match(/Fragile.*failed: ArgumentError: it broke/)
      expect(task).to be_waiting & be_in(:all_up?)
      expect(child_of(task)).to be_failed
    end

    it "takes interactions, which are done to what will be stored; then it is woken" do
      parent { |child| child.annotate!("from above", author: "Ada").get_up! }
      child = child_of(Parent.call)
      expect(child).to be_completed.and have_attributes(note: "from above Ada")
    end

    it "is moved by one, and waits where it was moved to" do
      seen = nil
      parent(Samples::Approval, amount: 500) do |child|
        child.current_state = :approved?
        seen = child.refuse!.task_status
      end
      Operations.executor = Class.new(Operations::Executor::Inline) { def wake(task) = task }.new
      child = child_of(Parent.call)
      expect(seen).to eq("waiting")
      expect(child).to be_waiting & be_in(:refused)
      expect(child.execute_wake).to be_completed
      expect(child.history.map { |entry| [entry.state, entry.by] }).to eq([["small?", "refuse!"], ["refused", nil]])
    end

    it "refuses one as ever: in the wrong state, with wrong arguments, or half done" do
      task_class("Shaky", Samples::Sleeper) do
        interaction(:slip!) do
          self.note = "half"
          go_to :done
          raise KeyError, "slipped"
        end
        interaction(:late!) {}.when(:done)
      end
      errors = []
      parent(Shaky, note: "whole") do |child|
        [-> { child.slip! }, -> { child.late! }, -> { child.get_up!(1) }].each { |call| call.call rescue errors << $!.class } # standard:disable Style/RescueModifier
      end
      child = child_of(Parent.call)
      expect(errors).to eq([KeyError, Operations::InvalidState, ArgumentError])
      expect(child).to be_waiting & be_in(:asleep)
      expect(child.note).to eq("whole")
    end

    it "may be ended there: its parent need not wait for its delay" do
      parent { |child| child.update(task_status: "completed") }
      task = Parent.call
      expect(child_of(task)).to be_completed
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to be_completed
    end

    it "may be destroyed there: then it is not started" do
      seen = nil
      parent { |child, task| seen = child.destroy && task.sub_tasks.size }
      expect(Parent.call.sub_tasks.size).to eq(0)
      expect(seen).to eq(0)
      expect(Samples::Sleeper.all).to be_empty
    end

    it "has no sub-tasks before it is stored itself: it says so, instead of losing them" do
      parent { |child| child.start(Samples::Instant) }
      expect { Parent.call }.to raise_error(Operations::Error, /Sleeper\(.*stored with the step of the task that started it.*own/)
    end

    it "is the one that is there already where its class is unique_by something, which is woken as it is" do
      task_class("Only", Samples::Sleeper) do
        has_attribute :key
        unique_by :key
      end
      first = Only.call(key: "x", awake: false)
      parent(Only, key: "x") { |child| child.update!(note: "changed") && child.wake_up! }
      Parent.call
      expect(Only.all).to eq([first])
      expect(stored(first)).to be_waiting.and have_attributes(note: nil)
    end

    it "is so in every storage", req: "O-65" do
      Operations.storage = Doubles::JsonStorage.new
      parent { |child| child.update!(note: "changed") && child.get_up! }
      expect(child_of(Parent.call)).to be_completed.and have_attributes(note: "changed")
      parent { |child| child.update(task_status: "completed") }
      task = Parent.call
      Operations::Runner.new.tick
      expect(stored(task)).to be_completed
    end

    it "is a task like any other after that" do
      kept = nil
      parent { |child| kept = child }
      Parent.call
      expect(kept.update!(note: "later")).to be(true)
      expect(stored(kept).note).to eq("later")
      expect(kept.get_up!).to be_completed
    end
  end

  describe "#start from outside" do
    it "stores the sub-task at once" do
      team = Team.call
      child = team.start(Samples::Sleeper, note: "late")
      expect(stored(child)).to be_waiting.and have_attributes(parent_task_id: team.id, note: "late")
      expect(team.sub_tasks.size).to eq(4)
      expect(team.sub_tasks.to_a.last).to eq(child)
    end

    it "stores it with the task when that is not stored yet" do
      team = Team.new
      child = team.start(Samples::Sleeper, note: "early")
      expect(Samples::Sleeper.all).to be_empty
      team.save!
      expect(stored(child)).to have_attributes(parent_task_id: team.id)
      expect(team.sub_tasks.map(&:note)).to eq(["early"])
      expect(team.call.sub_tasks.size).to eq(4)
    end

    it "does so when that is run without being saved first" do
      team = Team.new
      team.start(Samples::Sleeper, note: "early")
      expect(team.call.sub_tasks.map(&:note)).to contain_exactly("early", "no. 0", "no. 1", "no. 2")
    end
  end

  describe "looking at them" do
    let(:team) { Team.call }

    it "is by what has become of them" do
      first, second, = team.sub_tasks.to_a
      first.get_up!
      expect { second.record_error!(KeyError.new("x")) }.not_to raise_error
      expect(team.completed_sub_tasks.to_a).to eq([first])
      expect(team.failed_sub_tasks.to_a).to eq([second])
      expect(team.unfinished_sub_tasks.size).to eq(1)
      expect(team.active_sub_tasks.size).to eq(0)
      expect(team.sub_tasks.size).to eq(3)
    end

    it "shows as active only those that run right now" do
      entered = Thread::Queue.new
      go_on = Thread::Queue.new
      task_class("Running") do
        action(:start) { (entered << 1) && go_on.pop }.then(:done)
        result :done
      end
      child = team.start(Running)
      thread = Thread.new { child.wake_up! }
      entered.pop
      expect(team.active_sub_tasks.to_a).to eq([child])
      expect(team.unfinished_sub_tasks.size).to eq(4)
      go_on << 1
      thread.join
      expect(team.active_sub_tasks).to be_empty
    end

    it "is always up to date" do
      sub_tasks = team.unfinished_sub_tasks
      expect(sub_tasks.size).to eq(3)
      team.sub_tasks.each(&:get_up!)
      expect(sub_tasks.size).to eq(0)
      expect(sub_tasks).to be_none
    end

    it "works on every copy of the parent" do
      expect(stored(team).sub_tasks.to_a).to eq(team.sub_tasks.to_a)
    end

    it "is empty for a task that started none, and for one that is not stored" do
      expect(Samples::Instant.call.sub_tasks).to be_empty
      expect(Samples::Instant.new.sub_tasks.to_a).to eq([])
      expect(Samples::Instant.new.sub_tasks.size).to eq(0)
    end

    it "is about children, not about theirs" do
      grandchild = team.sub_tasks.first.start(Samples::Sleeper)
      expect(team.sub_tasks).not_to include(grandchild)
      expect(grandchild.parent.parent).to eq(team)
    end
  end

  describe "the end of a sub-task" do
    it "makes its waiting parent due" do
      team = at(noon) { Team.call }
      expect(team.wake_at).to eq(noon + 60)
      at(noon + 5) { team.sub_tasks.first.get_up! }
      expect(stored(team).wake_at).to eq(noon + 5)
    end

    it "does so for one that fails, and for one that times out" do
      team = at(noon) { Team.call }
      children = team.sub_tasks.to_a
      at(noon + 5) { children[0].record_error!(KeyError.new("x")) }
      expect(stored(team).wake_at).to eq(noon + 5)
      children[1].update!(timeout_at: noon + 20)
      at(noon + 6) { expect(stored(team).wake_up!.wake_at).to eq(noon + 66) }
      at(noon + 20) { expect { stored(children[1]).wake_up! }.to raise_error(Operations::Timeout) }
      expect(stored(team).wake_at).to eq(noon + 20)
    end

    it "carries the parent to its end without anybody waiting for its delay" do
      task_class("Slow", Team) { delay 3600 }
      team = Slow.call
      team.sub_tasks.each(&:get_up!)
      Operations::Runner.new.tick
      expect(stored(team)).to be_completed
    end

    it "does not trouble a parent that has finished, or is gone" do
      task_class("Careless") do
        action(:start) { 2.times { start Samples::Sleeper } }.then(:done)
        result :done
      end
      parent = Careless.call
      first, second = parent.sub_tasks.to_a
      first.get_up!
      expect(stored(parent)).to be_completed
      Operations.storage.delete(parent.id)
      expect(second.get_up!).to be_completed
      expect(second.parent).to be_nil
    end

    it "is not lost when it comes while the parent is being run" do
      entered = Thread::Queue.new
      go_on = Thread::Queue.new
      task_class("Watcher") do
        delay 3600
        has_attribute :looks, :integer, default: 0
        action(:start) { start Samples::Sleeper }.then(:up?)
        wait_until(:up?) do
          condition do
            seen = unfinished_sub_tasks.none?
            self.looks += 1
            if looks == 1
              entered << 1
              go_on.pop
            end
            seen
          end
          go_to :done
        end
        result :done
      end
      watcher = Watcher.call
      thread = Thread.new { watcher.wake_up! }
      entered.pop
      Watcher.find(watcher.id).sub_tasks.first.get_up!
      go_on << 1
      thread.join
      expect(stored(watcher)).to be_waiting
      expect(stored(watcher).wake_at).to be <= Time.now
      Operations::Runner.new.tick
      expect(stored(watcher)).to be_completed
    end
  end

  it "runs them at once where the executor is told to" do
    Operations.executor = Operations::Executor::Inline.new(run_later: true)
    task_class("Quick") do
      action(:start) { 3.times { start Samples::Instant } }.then(:done)
      result :done
    end
    expect(Quick.call.completed_sub_tasks.size).to eq(3)
  end
end
