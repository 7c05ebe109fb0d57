# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: leases of tasks, and what is found when they end.
RSpec.shared_examples "tasks of dead processes" do
  describe "[lease]" do
    let(:held) do
      task_class("Held") do
        has_attribute :text
        starts_with :write
        action(:write) { self.text = yield_to_spec }.then(:done)
        result :done
        define_method(:yield_to_spec) { self.class::SPEC.call(self) }
      end
    end

    def in_handler(&block)
      held.const_set(:SPEC, block)
      storage.save(held.new)
    end

    it "is renewed as long as the handler runs" do
      storage = self.storage
      task = in_handler do |running|
        before = TasksInADatabase::Row.find(running.id).claimed_until
        storage.clock.advance(30)
        # As its thread does it: a round that finds the row locked, or no connection, is followed by another.
        eventually do
          ActiveDataFlow::RunStore::Renewer.instance.renew
          TasksInADatabase::Row.find(running.id).claimed_until >= before + 30
        end.to_s
      end
      storage.save(task).call
      expect(stored(task)).to have_attributes(status: :completed, text: "true")
    end

    it "ends with the run" do
      task = in_handler { ActiveDataFlow::RunStore::Renewer.instance.size.to_s }
      task.call
      expect(ActiveDataFlow::RunStore::Renewer.instance.size).to eq(Integer(task.text) - 1)
      expect(rows.pluck(:claimed_by, :claimed_until)).to eq([[nil, nil]])
    end

    it "once lost, lets the slow worker write nothing more, and record no failure" do
      storage = self.storage
      task = in_handler do |running|
        storage.clock.advance(61)
        other = storage.sleeping_tasks.first
        storage.claim_copy(other, Operations::Clock.now_us)
        "too late"
      end
      expect { task.call }.not_to raise_error
      expect(stored(task)).to have_attributes(current_state: "write", text: nil, exception_class: nil)
    end
  end

  describe "[lease] of a worker that stands still" do
    let(:klass) do
      task_class("Halted") do
        has_attribute :path, :json, default: []
        starts_with :first
        action(:first) do
          Wake.create!(task_id: id, pid: Process.pid)
          Process.kill(:STOP, Process.pid) if Wake.count == 1
          self.path += ["by the #{(Wake.first.pid == Process.pid) ? "first" : "second"}"]
        end.then(:done)
        result :done
      end
    end

    it "ends, and when it goes on it stores nothing, and ends in peace", req: "O-34" do
      task = klass.later
      disconnect
      pid = fork { exit!(Operations::Runner.new.tick[:failed].zero?) }
      expect(Process.wait2(pid, Process::WUNTRACED).last).to be_stopped
      be_abandoned
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect { Process.kill(:CONT, pid) && expect(Process.wait2(pid).last).to(be_success) }.not_to change { row(task).attributes }
      expect(stored(task)).to have_attributes(status: :completed, path: ["by the second"])
      expect(Wake.count).to eq(2)
    end
  end

  describe "[deaths] between a sub-task's end and its parent's signal" do
    let(:parent) { StoredTasks::Shipment.call(weights: [1]) }

    def killed_before_the_signal(task)
      disconnect
      Process.wait2(fork do
        Operations.storage.define_singleton_method(:signal) { |_id| Process.kill(:KILL, Process.pid) }
        task.wake_up!
      ensure
        exit!(true)
      end).last
    end

    before { expect(killed_before_the_signal(parent.sub_tasks.first).termsig).to eq(Signal.list["KILL"]) }

    it "lose neither: the job that comes once more tells the parent" do
      child = parent.sub_tasks.first
      expect([child.status, stored(parent).current_state]).to eq([:completed, "packed?"])
      expect { Operations::ExecuteTaskJob.perform_now(child.id, child.type) }.to change { storage.sleeping_tasks }.from([]).to([parent])
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(parent).current_state).to eq("shipped")
    end

    it "let a parent whose sub-task has no job look after its own delay" do
      expect(Operations::Runner.new.tick).to include(woken: 0)
      at(Time.now + 601) { expect(Operations::Runner.new.tick).to include(woken: 1) }
      expect(stored(parent).current_state).to eq("shipped")
    end
  end

  describe "[deaths]" do
    let(:deadly) do
      task_class("Deadly") do
        has_attribute :path, :json, default: []
        starts_with :first
        action(:first) { self.path += ["first"] }.then(:second)
        action(:second) do
          Wake.create!(task_id: id, pid: Process.pid)
          Process.kill(:KILL, Process.pid)
        end.then(:done)
        result :done
      end
    end

    def sweep_in_a_process
      disconnect
      Process.wait2(fork do
        Operations::Runner.new.tick
      ensure
        exit!(true)
      end).last
    end

    it "three in one handler fail the task, with that reason", req: "O-34" do
      parent = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 3600))
      task = deadly.later(parent_task_id: parent.id)
      3.times do
        expect(sweep_in_a_process.termsig).to eq(Signal.list["KILL"])
        be_abandoned
      end
      expect(sweep_in_a_process).to be_success
      expect(stored(task)).to have_attributes(status: :failed, current_state: "second", path: ["first"], exception_class: "Operations::Error",
        exception_message: /ended the process that ran it 3 times in :second/)
      expect(Wake.count).to eq(3)
      expect(storage.sleeping_tasks).to eq([parent])
    end

    it "do not add up over handlers that came to their end" do
      task = deadly.later
      2.times { sweep_in_a_process and be_abandoned }
      rows.where(id: task.id).update_all(current_state: "first", steps: 7)
      sweep_in_a_process and be_abandoned
      expect(Wake.count).to eq(3)
      expect(row(task).deaths).to eq(0)
    end
  end
end
