# frozen_string_literal: true

# Part of the contracts of storages on ActiveRecord: forks that share the database, and one that is killed. They say how to
# `disconnect`, and what makes the task of a dead process one that `be_abandoned`.
RSpec.shared_examples "ActiveRecord in several processes" do
  describe "[processes]" do
    let(:klass) do
      task_class("Noted") do
        has_attribute :wakes, :integer, default: 0
        starts_with :again?
        delay 0
        wait_until :again? do
          condition do
            Wake.create!(task_id: id, pid: Process.pid)
            (self.wakes += 1) == 2
          end
          go_to :done
        end
        result :done
      end
    end

    # Both have looked before either wakes: each has every due task in hand.
    def in_two_processes
      here, ready = IO.pipe
      gate, open = IO.pipe
      disconnect
      workers = Array.new(2) do
        in_fork do
          tasks = Operations.storage.sleeping_tasks
          ready.write(".")
          gate.read(1)
          yield tasks
        end
      end
      ready.close
      here.read(2)
      open.write("..")
      workers.map(&:value).each { |answer| raise answer if answer.is_a?(String) } # what went wrong there
    end

    it "wake the same tasks, and run each wake once" do
      ids = Array.new(40) { klass.later.id }
      seen = in_two_processes { |tasks| tasks.each(&:_wake_quietly).map(&:id) }
      expect(seen).to all(match_array(ids))
      expect(Wake.pluck(:task_id)).to match_array(ids)
      expect(in_two_processes { |tasks| tasks.each(&:_wake_quietly).size }).to eq([40, 40])
      expect(Wake.pluck(:task_id)).to match_array(ids * 2)
      expect(storage.all).to all(be_completed)
    end

    it "lose no interaction" do
      id = StoredTasks::Letter.call.id
      in_two_processes { 10.times { |number| StoredTasks::Letter.find(id).stamp!([Process.pid, number]) } && true }
      expect(StoredTasks::Letter.find(id).stamps.group_by(&:first).values.map { |stamps| stamps.map(&:last) }).to eq([(0..9).to_a] * 2)
    end

    it "start a unique task once" do
      unique = task_class("Single") do
        has_attribute :number, :integer
        unique_by :number
        wait_until(:start) { condition { false } and go_to(:done) }
        result :done
      end
      ids = in_two_processes { Array.new(20) { |number| unique.later(number:).id } }
      expect(ids.first).to eq(ids.last)
      expect(storage.all.size).to eq(20)
    end

    it "leave no parent asleep whose sub-tasks end elsewhere" do
      parents = Array.new(15) { StoredTasks::Shipment.call(weights: [1, 2]) }
      in_two_processes { |tasks| tasks.each(&:_wake_quietly) && Operations::Runner.new.tick }
      Operations::Runner.new.tick
      expect(parents.map { |parent| stored(parent).current_state }.uniq).to eq(["shipped"])
    end
  end

  describe "[killed]" do
    let(:klass) do
      task_class("Errand") do
        has_attribute :path, :json, default: []
        starts_with :first
        action(:first) { self.path += ["first"] }.then(:second)
        action(:second) do
          self.path += ["second"]
          start StoredTasks::Parcel
          Wake.create!(task_id: id, pid: Process.pid)
          Process.kill(:KILL, Process.pid) if Wake.count == 1
        end.then(:third)
        action(:third) { self.path += ["third"] }.then(:done)
        result :done
      end
    end

    def kill_a_worker
      disconnect
      pid = fork do
        Operations::Runner.new.tick
      ensure
        exit!
      end
      Process.wait2(pid).last
    end

    it "in the middle of a handler, a task keeps its last stored transition, and goes on from there" do
      task = klass.later
      expect(kill_a_worker.termsig).to eq(Signal.list["KILL"])
      expect(Wake.count).to eq(1)
      expect(stored(task)).to have_attributes(status: :active, current_state: "second", path: ["first"], exception_class: nil)
      expect(stored(task).sub_tasks.size).to eq(0)
      expect(Operations::Runner.new.tick).to include(woken: 0)

      be_abandoned
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(stored(task)).to have_attributes(status: :completed, path: %w[first second third])
      expect(stored(task).sub_tasks.size).to eq(1)
    end
  end
end
