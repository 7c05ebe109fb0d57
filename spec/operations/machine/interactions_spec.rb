# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Interactions, req: "O-45" do
  let(:noon) { TaskHelpers::NOON }

  def stored_fields(task) = stored(task).to_h.except(:updated_at)

  describe "what it takes" do
    it "takes positional, keyword and block arguments, and gives the task back" do
      task = Samples::Sleeper.call
      expect(task.annotate!("read", author: "Ada") { "signed" }).to equal(task)
      expect(task.note).to eq("read Ada signed")
      expect(stored(task).note).to eq("read Ada signed")
    end

    it "takes none, or some of them" do
      task = Samples::Sleeper.call
      expect(task.annotate!.note).to eq("")
      expect(task.annotate!(author: "Ada").note).to eq("Ada")
      expect(task.annotate! { "signed" }.note).to eq("signed")
    end

    it "tells a Hash from keywords" do
      task_class("Strict", Samples::Sleeper) { interaction(:say!) { |words, loud: false| self.note = [words, loud].inspect } }
      task = Strict.call
      expect(task.say!({loud: true}).note).to eq([{loud: true}, false].inspect)
      expect(task.say!("hi", loud: true).note).to eq(["hi", true].inspect)
    end
  end

  describe "what it refuses" do
    before do
      task_class("Exact", Samples::Sleeper) do
        interaction(:tell!) { |who, loud: false| self.note = [who, loud].inspect }.when(:asleep)
        interaction(:sign!) { |by:| self.note = by }
        interaction(:plain!) { self.note = "plain" }
        interaction(:pair!) { |first, second = 2| self.note = [first, second].inspect }
        interaction(:many!) { |first, *others| self.note = [first, *others].inspect }
        interaction(:bare!) { |**nil| self.note = "bare" }
      end
    end

    let(:task) { Exact.call }

    def refusal = expect { yield }.to raise_error(ArgumentError) { |error| return error.message }

    it "is a missing or a surplus argument, as for every method: it says which interaction, and what that takes" do
      expect(refusal { task.tell! }).to eq("Exact#tell!: wrong number of arguments (given 0, expected 1). It takes (who, loud: ...)")
      expect(refusal { task.tell!(1, 2) }).to include("(given 2, expected 1)")
      expect(refusal { task.plain!(1) }).to include("Exact#plain!: wrong number of arguments (given 1, expected 0)")
      expect(refusal { task.plain!(loud: 1) }).to include("(given 1, expected 0)")
      expect(refusal { task.pair! }).to include("(given 0, expected 1..2)")
      expect(refusal { task.many! }).to include("(given 0, expected 1+)")
    end

    it "is a keyword that is missing, or one that it does not know" do
      expect(refusal { task.sign! }).to include("Exact#sign!: missing keyword: :by")
      expect(refusal { task.sign!(by: "Ada", at: 1, in: 2) }).to include("unknown keywords: :at, :in")
      expect(refusal { task.tell!("x", lout: true) }).to include("unknown keyword: :lout")
      expect(refusal { task.bare!(loud: true) }).to include("no keywords accepted")
    end

    it "refuses what Ruby refuses for a method of that signature, and nothing else" do
      calls = [[], [1], [1, 2], [1, 2, 3]].product([{}, {by: 1}, {loud: 1}, {by: 1, loud: 1}])
      %i[tell! sign! plain! pair! many! bare!].product(calls).each do |name, (args, keywords)|
        stub_const("ByRuby", Class.new).define_method(:it!, &Exact.interaction_handler_for(name).implementation)
        ByRuby.attr_accessor(:note)
        taken = [ByRuby.new, Exact.new].zip([:it!, name]).map do |object, method|
          object.current_state = :asleep if object.is_a?(Exact)
          object.public_send(method, *args, **keywords) && true
        rescue ArgumentError => error
          error.message[/given \d, expected [\d.+]+|(missing|unknown) keywords?: [:a-z, ]+|no keywords/]
        end
        expect(taken.last).to eq(taken.first), "#{name} #{args} #{keywords}: #{taken}"
      end
    end

    it "changes nothing then: the task is neither claimed nor looked at" do
      task.note = "not saved"
      other = Exact.find(task.id)
      other.update!(note: "newer")
      expect { task.tell! }.to raise_error(ArgumentError)
      expect(task.note).to eq("not saved")
      expect(stored(task)).to be_waiting.and have_attributes(note: "newer")
    end

    it "leaves a task to itself that overrides instance_exec", req: "X-02" do
      seen = []
      task.define_singleton_method(:instance_exec) { |*given, **keywords, &block| seen << given and super(*given, **keywords, &block) }
      expect(task.pair!.note).to eq("[nil, 2]")
      expect(seen).to eq([[]])
    end
  end

  describe "what it does" do
    it "ends early with return" do
      task_class("Hasty", Samples::Sleeper) do
        interaction(:maybe!) do |sure, &reason|
          return unless sure

          self.note = reason&.call
          [1].each { return }
          self.note = "never"
        end
      end
      task = Hasty.call
      expect(task.maybe!(false)).to equal(task)
      expect(task.maybe!(true) { "because" }.note).to eq("because")
      expect(stored(task)).to be_waiting.and have_attributes(note: "because")
    end

    it "runs on the task as it is stored, not as this copy has it" do
      task = Samples::Sleeper.call
      stale = stored(task)
      task.annotate!("first")
      stale.annotate!("#{stale.reload.note} second")
      task_class("Counter", Samples::Sleeper) do
        has_attribute :count, :integer, default: 0
        interaction(:count!) { self.count += 1 }
      end
      counter = Counter.call
      copies = Array.new(3) { stored(counter) }
      copies.each(&:count!)
      expect(stored(counter).count).to eq(3)
      expect(stored(task).note).to eq("first second")
    end

    it "takes what was assigned on this copy along" do
      task = Samples::Sleeper.call
      task.note = "not saved"
      expect(task.get_up!).to be_completed
      expect(stored(task).note).to eq("not saved")
    end

    it "makes the stored change and the wake from it, though the task is not due" do
      task = Samples::Approval.call(amount: 500)
      stored(task).approve!("Ada")
      expect(stored(task)).to be_completed & be_in(:paid)
    end

    it "moves the task with go_to, and it runs on from there" do
      task = Samples::Approval.call(amount: 500)
      expect(task.refuse!).to be_completed & be_in(:refused)
      expect(stored(task)).to be_completed & be_in(:refused)
    end

    it "may move it to another wait" do
      task_class("Parked", Samples::Sleeper) do
        delay 300
        wait_until(:parked) {}
        interaction(:park!) { go_to :parked }.when(:asleep)
      end
      stop_clock(noon)
      task = Parked.call
      stop_clock(noon + 50)
      expect(task.park!).to be_waiting & be_in(:parked)
      expect(stored(task)).to be_in(:parked).and have_attributes(wake_at: noon + 350, timeout_at: noon + 50 + 86_400)
    end

    it "leaves the timeout alone when the task stays where it is" do
      stop_clock(noon)
      task = Samples::Sleeper.call
      stop_clock(noon + 100)
      expect(task.annotate!("x").timeout_at).to eq(noon + 86_400)
    end

    it "may complete the task" do
      task_class("Ended", Samples::Sleeper) { interaction(:cancel!) { complete } }
      task = Ended.call
      expect(task.cancel!).to be_completed & be_in(:asleep)
      expect(stored(task)).to be_completed
    end

    it "says in the history who moved the task" do
      task = Samples::Approval.call(amount: 500)
      task.refuse!
      expect(stored(task).history.map { |entry| [entry.state, entry.outcome, entry.by] })
        .to eq([["small?", "moved", nil], ["approved?", "moved", "refuse!"], ["refused", "completed", nil]])
    end

    it "does not say so when it only changed what a condition then saw" do
      task = Samples::Approval.call(amount: 500)
      task.approve!("Ada")
      expect(stored(task).history[1]).to have_attributes(state: "approved?", by: nil)
    end

    it "may start sub-tasks, which are stored with it: at each call anew" do
      task_class("Starter", Samples::Sleeper) { interaction(:add!) { |number = 1| number.times { start Samples::Sleeper } } }
      task = Starter.call
      task.add!(2)
      expect(task.sub_tasks.size).to eq(2)
      stored(task).add!
      task.add!
      expect(stored(task).sub_tasks.size).to eq(4)
      expect(stored(task).sub_tasks.map(&:parent_task_id)).to all(eq(task.id))
    end

    it "raises what the woken handler raises: the task has failed, and what the interaction did is kept" do
      task_class("Fragile") do
        has_attribute :note
        starts_with :rest
        wait_until(:rest) do
          condition { note }
          go_to :work
        end
        interaction(:begin!) { |text| self.note = text }.when(:rest)
        action(:work) { raise KeyError, "broken" }.then(:done)
        result :done
      end
      task = Fragile.call
      expect { task.begin!("now") }.to raise_error(KeyError, "broken")
      expect(stored(task)).to be_failed & be_in(:work)
      expect(stored(task).note).to eq("now")
    end
  end

  describe "its guard", req: "O-56" do
    it "goes by the stored state, not by this copy's" do
      task = Samples::Approval.call(amount: 500)
      stale = stored(task)
      task.refuse!
      expect(stale).to be_in(:approved?)
      expect { stale.approve!("Ada") }.to raise_error(Operations::InvalidState, /\ASamples::Approval#approve! cannot be called in refused/) do |error|
        expect(error.task).to equal(stale)
      end
      expect(stored(task)).to be_in(:refused).and have_attributes(approver: nil)
    end

    it "refuses a call in another state and changes nothing" do
      task = Samples::Approval.later(amount: 500)
      expect { task.approve!("Ada") }.to raise_error(Operations::InvalidState, /cannot be called in small\?.*approved\?/)
      expect(task.approver).to be_nil
      expect(stored(task)).to be_waiting & be_in(:small?)
    end

    it "keeps what was not saved on this copy" do
      task = Samples::Approval.later(amount: 500)
      task.amount = 7
      expect { task.approve!("Ada") }.to raise_error(Operations::InvalidState)
      expect(task.amount).to eq(7)
      expect(stored(task).amount).to eq(500)
    end

    it "refuses a task that is no longer stored" do
      task = Samples::Sleeper.call
      Operations.storage.delete(task.id)
      expect { task.get_up! }.to raise_error(Operations::Error, /no longer stored/) { |error| expect(error.task).to equal(task) }
    end
  end

  describe "a block that raises" do
    before do
      task_class("Shaky", Samples::Sleeper) do
        delay 300
        interaction(:slip!) do |error = KeyError|
          self.note = "half"
          start Samples::Instant
          go_to :done
          raise error, "slipped"
        end
        interaction(:save_and_slip!) do
          update(note: "half")
          raise KeyError, "slipped"
        end
        interaction(:leave!) do
          self.note = "half"
          throw :out
        end
        interaction(:fail!) { raise Operations::Failure, "as planned" }
        interaction(:stay!) { raise Operations::NoDecision, "undecided" }
      end
    end

    it "stores nothing, and the task waits as before" do
      stop_clock(noon)
      task = Shaky.call
      before = stored_fields(task)
      stop_clock(noon + 10)
      expect { task.slip! }.to raise_error(KeyError, "slipped")
      expect(stored_fields(task)).to eq(before)
      expect(stored(task).history.size).to eq(1)
      expect(Samples::Instant.all).to be_empty
      expect(task.sub_tasks.size).to eq(0)
    end

    it "leaves this copy as it was, and usable" do
      task = Shaky.call
      task.note = "mine"
      expect { task.slip! }.to raise_error(KeyError)
      expect(task).to be_waiting & be_in(:asleep)
      expect(task.note).to eq("mine")
      expect(task.get_up!).to be_completed
      expect(stored(task).note).to eq("mine")
    end

    it "stores nothing though the block had saved" do
      task = Shaky.call
      expect { task.save_and_slip! }.to raise_error(KeyError, "slipped")
      expect(stored(task)).to be_waiting.and have_attributes(note: nil)
      expect(task.get_up!).to be_completed
    end

    it "leaves the task free for the next caller" do
      task = Shaky.call
      expect { task.slip! }.to raise_error(KeyError)
      expect(stored(task).get_up!).to be_completed
    end

    it "is the same for errors of every kind, and for leaving without one" do
      task = Shaky.call
      before = stored_fields(task)
      expect { task.slip!(NotImplementedError) }.to raise_error(NotImplementedError)
      expect { task.slip!(Interrupt) }.to raise_error(Interrupt)
      catch(:out) { task.leave! }
      expect(stored_fields(task)).to eq(before)
      expect(task.get_up!).to be_completed
    end

    it "has the task on the error", req: "O-56" do
      task = Shaky.call
      expect { task.fail! }.to raise_error(Operations::Failure, "as planned") { |error| expect(error.task).to equal(task) }
      expect { task.stay! }.to raise_error(Operations::NoDecision) { |error| expect(error.task).to equal(task) }
      expect(stored(task)).to be_waiting
    end
  end

  describe "one at a time" do
    # A task in the middle of its handler, in a thread of its own.
    def busy_task
      entered = Thread::Queue.new
      go_on = Thread::Queue.new
      task_class("Working") do
        has_attribute :note
        action(:start) do
          entered << 1
          go_on.pop
        end.then(:rest)
        wait_until(:rest) do
          condition { note }
          go_to :done
        end
        interaction(:tell!) { |text| self.note = text }
        interaction(:tell_resting!) { |text| self.note = text }.when(:rest)
        result :done
      end
      task = Working.later
      copy = stored(task)
      thread = Thread.new { task.wake_up! }
      entered.pop
      yield copy, go_on
    ensure
      go_on << 1
      thread&.join
    end

    it "says that somebody else is running the task, after its patience has ended", req: "O-56" do
      stub_const("Operations::Machine::PATIENCE", 0.05)
      busy_task do |copy, _go_on|
        expect { copy.tell!("x") }.to raise_error(Operations::Busy, /Working\(.*tell!/) { |error| expect(error.task).to equal(copy) }
        expect(stored(copy)).to be_active.and have_attributes(note: nil)
        copy.note = "kept"
        expect { copy.tell!("x") }.to raise_error(Operations::Busy)
        expect(copy.note).to eq("kept")
      end
    end

    it "has five seconds of patience" do
      expect(Operations::Machine::PATIENCE).to eq(5)
    end

    it "waits for whoever runs the task, then goes by the state it came to" do
      busy_task do |copy, go_on|
        caller = Thread.new { copy.tell_resting!("x") }
        go_on << 1
        expect(caller.value).to be_completed.and have_attributes(note: "x")
      end
    end

    it "serves many callers one after the other" do
      task_class("Tally", Samples::Sleeper) do
        has_attribute :count, :integer, default: 0
        interaction(:count!) do
          seen = count
          Thread.pass
          self.count = seen + 1
        end
      end
      task = Tally.call
      Array.new(8) { Thread.new { 5.times { Tally.find(task.id).count! } } }.each(&:join)
      expect(stored(task).count).to eq(40)
    end

    it "and the runner never lose each other's work" do
      task_class("Tally", Samples::Sleeper) do
        delay 0
        has_attribute :count, :integer, default: 0
        interaction(:count!) { self.count += 1 }
      end
      task = Tally.call
      runner = Operations::Runner.new
      looks = Thread.new { 40.times { runner.tick } }
      20.times { Tally.find(task.id).count! }
      looks.join
      expect(stored(task)).to be_waiting.and have_attributes(count: 20)
    end
  end

  it "that is overtaken says so, stores nothing, and leaves the task to be run" do
    task_class("Overtaken", Samples::Sleeper) do
      interaction(:sleepwalk!) do |fail = false|
        self.awake = true
        Overtaken.find(id).update!(note: "from outside")
        raise KeyError, "stumbled" if fail
      end
    end
    task = Overtaken.call
    expect { task.sleepwalk! }.to raise_error(Operations::Busy)
    expect(stored(task)).to be_waiting.and have_attributes(note: "from outside", awake: false)
    expect { stored(task).sleepwalk!(true) }.to raise_error(KeyError, "stumbled")
    expect(stored(task)).to be_waiting.and have_attributes(awake: false)
    expect(stored(task).get_up!).to be_completed
  end

  describe "from inside" do
    it "an interaction may call another: all of it is one" do
      task_class("Nested", Samples::Sleeper) do
        interaction(:outer!) do |fail = false|
          annotate!("inner")
          self.note += " and outer"
          raise KeyError if fail
        end
      end
      task = Nested.call
      expect(task.outer!.note).to eq("inner and outer")
      task.update!(note: "before")
      expect { task.outer!(true) }.to raise_error(KeyError)
      expect(stored(task).note).to eq("before")
    end

    it "a handler may call one: it is part of the handler" do
      task_class("Own") do
        has_attribute :note
        action(:start) { note! "told" }.then(:done)
        interaction(:note!) { |text| self.note = text }
        result :done
      end
      expect(Own.call).to be_completed.and have_attributes(note: "told")
    end

    it "a handler may be moved by one" do
      task_class("Own") do
        action(:start) { skip! }
        interaction(:skip!) { go_to :skipped }
        result :done
        result :skipped
      end
      expect(Own.call).to be_in(:skipped)
    end

    describe "a handler that calls one on another object of its own task" do
      before do
        task_class("Twin") do
          has_attribute :note
          has_attribute :in_child, :boolean, default: false
          action(:start) do
            in_child ? Meddler.call(other_id: id) : Twin.find(id).note!("from inside")
          end.then(:done)
          interaction(:note!) { |text| self.note = text }
          interaction(:note_twice!) { Twin.find(id).note!("from inside") }
          result :done
        end
        task_class("Meddler") do
          has_attribute :other_id
          action(:start) { Twin.find(other_id).note!("from below") }.then(:done)
          result :done
        end
        stub_const("Operations::Machine::PATIENCE", Float::INFINITY) # whoever waits, waits for ever
      end

      it "is told at once, why, and what to do: it would wait for itself", req: "O-56" do
        expect { Twin.call }.to raise_error(Operations::Busy, /Twin\(.*run right here.*another object.*Call #note! on the task that runs \(self\)/)
        expect(Twin.all).to contain_exactly(be_failed.and(have_attributes(note: nil)))
      end

      it "is told so too by a task that it runs inside" do
        expect { Twin.call(in_child: true) }.to raise_error(Operations::Busy, /run right here/)
      end

      it "is told so too in an interaction, which does nothing then" do
        task = Twin.later
        expect { task.note_twice! }.to raise_error(Operations::Busy, /run right here/)
        expect(stored(task)).to be_waiting
      end

      it "leaves no trace: the task can be called upon when its handler has ended" do
        expect { Twin.call }.to raise_error(Operations::Busy)
        expect(Twin.all.first.note!("now").note).to eq("now")
      end
    end

    it "a handler may act on another task" do
      task_class("Boss") do
        has_attribute :other_id
        action(:start) { Samples::Sleeper.find(other_id).get_up! }.then(:done)
        result :done
      end
      sleeper = Samples::Sleeper.call
      expect(Boss.call(other_id: sleeper.id)).to be_completed
      expect(stored(sleeper)).to be_completed
    end
  end

  describe "on a finished task" do
    it "is refused by its states" do
      task = Samples::Approval.call(amount: 5)
      expect { task.approve!("Ada") }.to raise_error(Operations::InvalidState, /cannot be called in paid/)
    end

    it "runs where no state is said, stores what it changed, and wakes nothing" do
      stop_clock(noon)
      task = Samples::Sleeper.call.get_up!
      stop_clock(noon + 50)
      expect(task.annotate!("afterwards")).to be_completed
      expect(stored(task)).to be_completed.and have_attributes(note: "afterwards", completed_at: noon)
      expect(stored(task).history.map(&:state)).to eq(%w[asleep done])
    end

    it "does not bring it back to life" do
      task_class("Zombie", Samples::Sleeper) { interaction(:rise!) { go_to :asleep } }
      task = Zombie.call.get_up!
      expect { task.rise! }.to raise_error(Operations::InvalidState)
      expect(stored(task)).to be_completed & be_in(:done)
    end
  end

  describe "on a task whose timeout has passed", req: "O-41" do
    before { stop_clock(noon) }

    it "times it out first: too late is too late" do
      task = Samples::Sleeper.call
      stop_clock(noon + 86_400)
      expect { task.get_up! }.to raise_error(Operations::Timeout) { |error| expect(error.task).to equal(task) }
      expect(stored(task)).to be_failed.and have_attributes(awake: false)
    end

    it "is served in the state where on_timeout sent the task" do
      task_class("Late", Samples::Sleeper) do
        on_timeout { go_to :overtime }
        wait_until(:overtime) do
          condition { awake }
          go_to :done
        end
        interaction(:hurry!) { self.awake = true }.when(:overtime)
      end
      task = Late.call
      stop_clock(noon + 86_400)
      expect(task.hurry!).to be_completed
      other = at(noon) { Late.call }
      expect { other.get_up! }.to raise_error(Operations::InvalidState, /cannot be called in overtime/)
      expect(stored(other)).to be_waiting & be_in(:overtime)
    end
  end

  it "can be called on a task that was never stored: it is run, then stored" do
    task = Samples::Sleeper.new
    task.go_to_sleep!
    expect(task.get_up!).to be_completed
    expect(stored(task)).to be_completed
  end

  it "stays where it is by go_to to that very state: the timeout is not put off, and its conditions are looked at", req: "O-45" do
    task_class("Stayer") do
      has_attribute :looks, :integer, default: 0
      timeout 100
      starts_with :seen?
      wait_until(:seen?) { condition { (self.looks += 1) > 2 } and go_to(:done) }
      interaction(:stay!) { go_to :seen? }
      result :done
    end
    noon = TaskHelpers::NOON
    task = at(noon) { Stayer.call }
    at(noon + 50) { task.stay! }
    expect(task).to be_waiting.and have_attributes(timeout_at: noon + 100, looks: 2)
    expect(task.history.map(&:state)).to eq(["seen?"])
    expect(at(noon + 60) { task.stay! }).to be_completed
  end

  it "so it does in a state that runs at once and waits to be tried again", req: "O-45" do
    task_class("Retrier") do
      has_attribute :ready, :boolean
      timeout 100
      retry_on KeyError, wait: 50
      action(:start) { ready || raise(KeyError) }.then(:done)
      interaction(:stay!) { go_to :start }
      result :done
    end
    noon = TaskHelpers::NOON
    task = nil
    said = logged do
      task = at(noon) { Retrier.call }
      at(noon + 30) { task.stay! }
    end
    expect(said.scan("waits in start to try again: KeyError").size).to eq 2
    expect(stored(task)).to be_waiting.and have_attributes(current_state: "start", timeout_at: noon + 100)
  end
end
