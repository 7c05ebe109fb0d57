# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: `action :book, transaction: true`.
RSpec.shared_examples "transactions of tasks" do
  describe "[transaction]" do
    # What the handler does besides writing a row and starting a sub-task, said by the example.
    def booking(&also)
      task_class("Booking") do
        has_attribute :text
        has_attribute :tries, :integer, default: 0
        starts_with :begin
        retry_on IOError, wait: 0, attempts: 3
        action(:begin) {}.then(:book)
        action(:book, transaction: true) do
          self.text = "booked"
          Wake.create!(task_id: id, pid: Process.pid)
          start StoredTasks::Parcel
          instance_exec(&also) if also
        end.then(:done)
        result :done
      end
    end

    # @return [Array] rows of the application's, state, sub-tasks
    def outcome(task) = [Wake.count, stored(task)&.current_state, rows.where(parent_id: task.id).count]

    # By another session than the handler's.
    def elsewhere = Thread.new { yield }.value

    it "commits what the handler wrote with its sub-tasks and the transition: all of it is seen, or nothing" do
      example = self
      seen = nil
      task = booking { seen = example.elsewhere { example.outcome(self) } }.call
      expect(seen).to eq([0, "book", 0])
      expect(outcome(task)).to eq([1, "done", 1])
      expect(stored(task)).to have_attributes(text: "booked", status: :completed)
    end

    it "takes all of it back when the handler raises, the task's attributes included" do
      task = storage.save(booking { raise ArgumentError, "full" }.new)
      expect { task.call }.to raise_error(ArgumentError, "full")
      expect(outcome(task)).to eq([0, "book", 0])
      expect(stored(task)).to have_attributes(status: :failed, text: nil, exception_message: "full")
      expect(task.text).to be_nil
    end

    it "tries again what retry_on names, each time from the beginning" do
      tries = 0
      task = booking { raise(IOError) if (tries += 1) < 3 }.call
      3.times { Operations::Runner.new.tick }
      expect(tries).to eq(3)
      expect(outcome(task)).to eq([1, "done", 1])
    end

    it "is run again when the database has taken it back for another, and that is no failure" do
      tries = 0
      task = booking { raise(ActiveRecord::Deadlocked) if (tries += 1) == 1 }.call
      expect(outcome(task)).to eq([0, "book", 0])
      expect(stored(task)).to have_attributes(status: :waiting, exception_class: nil)
      Operations::Runner.new.tick
      expect(outcome(task)).to eq([1, "done", 1])
    end

    it "is part of a transaction of the application's, and gone with that" do
      klass = booking
      task = nil
      ActiveRecord::Base.transaction { task = klass.call and raise(ActiveRecord::Rollback) }
      expect(outcome(task)).to eq([0, nil, 0])
      expect { task.update!(text: "still here") }.to raise_error(Operations::Busy)
      ActiveRecord::Base.transaction { task = klass.call }
      expect(outcome(task)).to eq([1, "done", 1])
    end

    it "takes back its own part of that when it fails, and no more" do
      task = storage.save(booking { raise "full" }.new)
      ActiveRecord::Base.transaction do
        User.create!(name: "Ada")
        expect { task.call }.to raise_error("full")
      end
      expect(User.count).to eq(1)
      expect(outcome(task)).to eq([0, "book", 0])
      expect(stored(task)).to be_failed
    end

    it "is a failure when it ends by ActiveRecord::Rollback, or by a throw" do
      quiet, thrown = [-> { raise ActiveRecord::Rollback }, -> { throw :out }].map { |way| storage.save(booking(&way).new) }
      expect { quiet.call }.to raise_error(Operations::Error, /raised ActiveRecord::Rollback in a handler with transaction: true/)
      expect { catch(:out) { thrown.call } }.to raise_error(ActiveDataFlow::Error, /left by throw/)
      expect([quiet, thrown].map { |task| outcome(task) }).to all(eq([0, "book", 0]))
      expect([quiet, thrown].map { |task| stored(task) }).to all(be_failed)
    end

    it "commits nothing of a worker that was overtaken" do
      task = storage.save(booking.new(current_state: :book))
      taken = storage.find(task.id)
      storage.clock.advance(61)
      expect(storage.claim_copy(taken, Operations::Clock.now_us)).to be(true)
      expect { task.call }.not_to raise_error
      expect(outcome(task)).to eq([0, "book", 0])
    end

    it "enqueues the jobs of its sub-tasks when it has committed, and none when it has not" do
      Operations.executor = PerformedJobs.new
      PerformedJobs.forget
      during = nil
      booking { during = PerformedJobs.listed.size }.call
      expect([during, PerformedJobs.listed.map(&:first)]).to eq([0, ["Operations::ExecuteTaskJob"]])
      PerformedJobs.forget
      expect { booking { raise "full" }.call }.to raise_error("full")
      expect(PerformedJobs.listed).to eq([])
    end

    it "ends with the task when the handler destroys it, and what else the handler wrote stays" do
      task = storage.save(booking { destroy }.new)
      expect { task.call }.not_to raise_error
      expect(outcome(task)).to eq([1, nil, 0])
    end

    it "hands its sub-tasks over when it has committed, whoever runs them" do
      Operations.executor = Operations::Executor::Inline.new(run_later: true)
      inside = nil
      stub_const("StoredTasks::Parcel", task_class("Watched") { action(:start) { inside = TasksInADatabase.run(&:transaction_open?) }.then(:done) and result(:done) })
      task = booking.call
      expect([inside, task.completed_sub_tasks.size]).to eq([false, 1])
    end

    # @param moment [Regexp] of the statement before which the process is killed
    def killed_before(moment, task)
      killer = Class.new do
        define_method(:start) { |_name, _id, payload| Process.kill(:KILL, Process.pid) if payload[:sql].match?(moment) && Wake.count == 1 }
        def finish(*) = nil
      end
      disconnect
      Process.wait2(fork do
        ActiveSupport::Notifications.subscribe("sql.active_record", killer.new)
        storage.find(task.id).wake_up!
      ensure
        exit!
      end).last.termsig
    end

    {"before its transition is stored" => /UPDATE operations_tasks .*SET task_status = \S+, current_state/, "before its commit" => /\ACOMMIT/i}.each do |moment, statement|
      it "leaves nothing when its process is killed #{moment}, and is run again" do
        task = storage.save(booking.new(status: :waiting, wake_at: Time.now - 1, current_state: :book))
        expect(killed_before(statement, task)).to eq(Signal.list["KILL"])
        expect(outcome(task)).to eq([0, "book", 0])
        be_abandoned
        expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
        expect(outcome(task)).to eq([1, "done", 1])
      end
    end
  end
end
