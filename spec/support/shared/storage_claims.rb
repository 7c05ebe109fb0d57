# frozen_string_literal: true

# How a storage sees to it that each wake is run once. Part of "a task storage", whose letters it uses.
RSpec.shared_examples "a storage that claims" do
  describe "#claim", req: %w[O-20 O-76] do
    it "is true once for a due task, which is active from then on" do
      id = letter.id
      expect(storage.claim(id, Time.now)).to be(true)
      expect(storage.claim(id, Time.now)).to be(false)
      expect(storage.find(id)).to be_active
      expect(storage.sleeping_tasks).to eq([])
    end

    it "takes the moment as microseconds too, and now when none is given" do
      expect(storage.claim(letter.id, Operations::Clock.now_us)).to be(true)
      expect(storage.claim(letter.id)).to be(true)
    end

    it "is true again for the next wake" do
      id = letter.id
      storage.claim(id)
      Operations.executor.call(storage.find(id))
      expect(storage.claim(id, Time.now)).to be(false)
      expect(storage.claim(id, Time.now + 601)).to be(true)
    end

    it "is true for one that waited too long" do
      expect(storage.claim(letter(wake_at: future, timeout_at: past).id)).to be(true)
    end

    it "is false for one that is not due, not waiting, or not there" do
      expect(storage.claim(letter(wake_at: future).id)).to be(false)
      expect(storage.claim(storage.save(StoredTasks::Letter.new).id)).to be(false)
      expect(storage.claim(ended.id)).to be(false)
      expect(storage.claim("nobody")).to be(false)
    end

    it "is true for one of many threads", req: "O-22" do
      20.times do
        id = letter.id
        answers = Array.new(8) { Thread.new { storage.claim(id) } }.map(&:value)
        expect(answers.count(true)).to eq(1)
      end
    end
  end

  describe "a copy that is older than what is stored", req: %w[O-20 O-36] do
    it "does not run a wake that was run already, and catches up" do
      task = letter(sent: false)
      copy = storage.find(task.id)
      other = storage.find(task.id)
      other.sent = true
      other.wake_up!
      expect { copy.wake_up! }.not_to change { storage.find(task.id).to_h }
      expect(copy).to be_completed
    end

    it "does not run a wake that was run already when the task sleeps again since" do
      looks = 0
      looking = task_class("Looking") do
        starts_with :seen?
        delay 60
        wait_until(:seen?) { condition { (looks += 1) > 9 } and go_to(:done) }
        result :done
      end
      task = storage.save(looking.new(status: :waiting))
      copies = Array.new(3) { storage.find(task.id) }
      expect { copies.each(&:wake_up!) }.to change { looks }.by(1)
      expect { copies.each(&:wake_up!) }.to change { looks }.by(1)
    end

    it "is served by interactions as if it were new" do
      one = letter
      two = storage.find(one.id)
      5.times do |round|
        one.stamp!(round)
        two.stamp!(round + 10)
      end
      expect(storage.find(one.id).stamps).to eq([0, 10, 1, 11, 2, 12, 3, 13, 4, 14])
    end
  end
end
