# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

# The short way leaves methods out that people may override or spy upon: whoever does so has to see every call all the same.
RSpec.describe Operations::Machine::Burst, req: "X-02" do
  let(:seen) { [] }

  # A method that notes its call, then does what it always did.
  def noting(name)
    list = seen
    Module.new do
      define_method(name) do |*given, **keywords, &block|
        list << [name, *given, *keywords.keys]
        super(*given, **keywords, &block)
      end
    end
  end

  # Every way in which somebody may put himself in between.
  def self.each_way(name)
    {
      "in the class" => ->(spec, klass) { klass.define_method(name, spec.noting(name).instance_method(name)) && klass.new(amount: 5) },
      "in a module that the class includes" => ->(spec, klass) { klass.include(spec.noting(name)) && klass.new(amount: 5) },
      "in a module that the class prepends" => ->(spec, klass) { klass.prepend(spec.noting(name)) && klass.new(amount: 5) },
      "in a class above it" => lambda do |spec, klass|
        klass.include(spec.noting(name))
        spec.task_class("Below", klass).new(amount: 5)
      end,
      "on one object that is extended" => ->(spec, klass) { klass.new(amount: 5).extend(spec.noting(name)) },
      "on one object, in its singleton class" => ->(spec, klass) { klass.new(amount: 5).tap { |task| task.singleton_class.prepend(spec.noting(name)) } }
    }.each { |way, build| yield way, build }
  end

  %i[go_to update].each do |name|
    each_way(name) do |way, build|
      it "sees every #{name} #{way}" do
        watched = task_class("Watched", Samples::Approval)
        task = build.call(self, watched)
        expect(task.call).to be_completed
        expected = (name == :go_to) ? [[:go_to, :pay], [:go_to, :paid]] : [%i[update task_status completed_at]]
        expect(seen).to eq(expected)
        expect(stored(task)).to be_completed & be_in(:paid)
        expect(stored(task).history.map(&:state)).to eq(%w[small? pay paid])
      end
    end
  end

  it "sees moves that begin after a class was used" do
    watched = task_class("Watched", Samples::Approval)
    watched.call(amount: 5)
    watched.prepend(noting(:go_to))
    watched.call(amount: 5)
    expect(seen).to eq([[:go_to, :pay], [:go_to, :paid]])
  end

  it "sees moves of a class below one that was changed after both were used" do
    watched = task_class("Watched", Samples::Approval)
    below = task_class("Below", watched)
    [watched, below].each { |klass| klass.call(amount: 5) }
    watched.include(noting(:go_to))
    below.call(amount: 5)
    expect(seen).to eq([[:go_to, :pay], [:go_to, :paid]])
  end

  it "sees them on any object of a class, as RSpec has it" do
    watched = task_class("Watched", Samples::Approval)
    watched.call(amount: 5)
    moves = []
    allow_any_instance_of(watched).to receive(:go_to).and_wrap_original { |go_to, state| moves << state && go_to.call(state) }
    expect(watched.call(amount: 5)).to be_completed
    expect(moves).to eq(%i[pay paid])
  end

  it "sees what a wait asks for: to go on, or to stay" do
    watched = task_class("Watched", Samples::Approval) { starts_with :approved? }
    watched.prepend(noting(:go_to))
    task = watched.call
    task.approver = "Ada"
    task.wake_up!
    expect(seen).to eq([[:go_to, "approved?"], [:go_to, :pay], [:go_to, :paid]])
  end

  it "lets a spy stand in for go_to" do
    task = Samples::Approval.new(amount: 5)
    allow(task).to receive(:go_to).and_call_original
    expect(task.call).to be_completed
    expect(task).to have_received(:go_to).with(:pay)
    expect(task).to have_received(:go_to).with(:paid)
  end

  it "lets a spy stand in for update" do
    task = Samples::Approval.new(amount: 5)
    allow(task).to receive(:update).and_call_original
    task.call
    expect(task).to have_received(:update).with(task_status: "completed", completed_at: kind_of(Time))
  end

  it "lets an author send the task elsewhere" do
    task_class("Detour", Samples::Approval) { def go_to(state) = super((state == :paid) ? :refused : state) }
    expect(Detour.call(amount: 5)).to be_completed & be_in(:refused)
  end

  it "lets an author wrap wake_up!" do
    watched = task_class("Watched", Samples::Sleeper)
    watched.prepend(noting(:wake_up!))
    watched.call.get_up!
    expect(seen).to eq([[:wake_up!]])
  end

  it "lets an author replace a reader that a condition uses" do
    task_class("Cheap", Samples::Approval) { def amount = super / 100 }
    expect(Cheap.call(amount: 500)).to be_completed
  end

  it "lets an author wrap a writer that an action uses" do
    task_class("Careful", Samples::Approval) do
      def amount=(value)
        super([value, 0].max)
      end
    end
    expect(Careful.call(amount: -50).amount).to eq(1)
  end

  describe "beside the long way", req: %w[O-34 O-35] do
    # The same flowchart, once as it is and once with an override that changes nothing but takes the long way.
    before do
      task_class("Short") do
        timeout 1000
        has_attribute :log, :json, default: []
        has_attribute :rounds, :integer, default: 2
        has_attribute :fail_at, :integer
        action(:start) { note "start" }.then(:again?)
        decision(:again?) do
          condition { (self.rounds -= 1) >= 0 }
          if_true :work
          if_false :rest
        end
        action(:work) do
          note "work"
          raise KeyError, "as told" if fail_at == rounds
          start Samples::Instant if rounds == 1
        end.then(:again?)
        wait_until(:rest) do
          condition { log.include?("go") }
          go_to :last
        end
        action(:last) { go_to(log.size.even? ? :even : :odd) }
        result :even
        result :odd

        def note(word) = self.log = log + [word]
      end
      task_class("Long", Short) { def go_to(state) = super }
    end

    def both
      [Short, Long].map do |klass|
        Operations.reset!
        stop_clock(TaskHelpers::NOON)
        task = yield klass
        found = stored(task)
        [task, found].map do |copy|
          fields = copy.to_record.except(:id, :type)
          [fields, copy.history, copy.sub_tasks.size, copy.to_mermaid]
        end
      end
    end

    it "leaves the same task behind when it sleeps" do
      short, long = both { |klass| klass.call }
      expect(short).to eq(long)
    end

    it "leaves the same task behind when it goes on to its end" do
      short, long = both do |klass|
        task = klass.call(log: ["go"])
        stop_clock(TaskHelpers::NOON + 70)
        task.wake_up!
      end
      expect(short).to eq(long)
      expect(short.first.first).to include(status: "completed")
    end

    it "leaves the same task behind when it fails" do
      short, long = both do |klass|
        klass.call(fail_at: 0)
      rescue KeyError
        klass.all.first
      end
      expect(short.map { |fields, *rest| [fields.except(:exception_backtrace), rest] }).to eq(long.map { |fields, *rest| [fields.except(:exception_backtrace), rest] })
    end

    it "shows the same in the middle of a handler" do
      looks = Hash.new { |all, klass| all[klass] = [] }
      looking = Module.new do
        define_method(:note) do |word|
          looks[self.class] << [wake_at, timeout_at, updated_at, task_status, history, changed?, to_mermaid, to_record.except(:id, :type)]
          super(word)
        end
      end
      Short.prepend(looking)
      both { |klass| klass.call(log: ["go"]).wake_up! }
      expect(looks[Short].size).to eq(3)
      expect(looks[Short]).to eq(looks[Long])
    end
  end

  describe "what it has passed, when somebody looks", req: %w[O-34 O-35] do
    let(:ring) do
      task_class("Ring") do
        has_attribute :rounds, :integer, default: 0
        starts_with :tick
        action(:tick) { look(self.rounds += 1) }.then(:tock)
        action(:tock) {}.then(:again?)
        decision(:again?) do
          condition { rounds < 70 }
          if_true :tick
          if_false :done
        end
        result :done

        def look(_round) = nil
      end
    end

    def fields(task) = [task.to_record, task.history.map(&:to_h), task.to_mermaid]

    it "is what is stored, also when it is more than the history keeps" do
      task = ring.call
      expect(task.to_record[:steps]).to eq(210)
      expect(task.history.size).to eq(100)
      expect(task.history.last.to_h).to include(state: "done", outcome: "completed", by: nil)
      expect(task.history.map(&:outcome).tally).to eq("moved" => 99, "completed" => 1)
      expect(fields(task)).to eq(fields(stored(task)))
      expect(fields(task)).to eq(fields(task))
    end

    it "is the same however often somebody looks in between" do
      looks = []
      ring.define_method(:look) { |round| looks << [history.size, to_record[:steps], updated_at == history.last.at, dup.history.size] if round % 7 == 0 }
      task = ring.call
      expect(looks.first).to eq([19, 18, true, 19])
      expect(looks.last).to eq([100, 207, true, 100])
      expect(fields(task)).to eq(fields(stored(task)))
    end

    it "goes with a copy that is made in the middle, which then stays as it is" do
      copies = []
      ring.define_method(:look) { |round| copies << dup if round == 3 }
      task = ring.call
      expect(copies.first).to be_active & be_in(:tick)
      expect(copies.first.history.map(&:state)).to eq(%w[tick tock again?] * 2 + %w[tick])
      expect(copies.first.to_record[:steps]).to eq(6)
      expect(task.to_record[:steps]).to eq(210)
    end

    it "is dropped by a reload in the middle, which brings the same" do
      seen = []
      ring.define_method(:look) do |round|
        next unless round == 3

        before = [to_record.except(:attributes), history]
        self.rounds = 3
        save
        reload
        seen << [before, [to_record.except(:attributes), history]]
      end
      task = ring.call
      seen.first.each { |record, _history| record.delete(:updated_at) }
      expect(seen.first.first).to eq(seen.first.last)
      expect(fields(task)).to eq(fields(stored(task)))
    end

    it "goes on with what a handler does the long way" do
      ring.define_method(:look) { |round| go_to(:tock) if round == 2 }
      task = ring.call
      expect(task.to_record[:steps]).to eq(210)
      expect(fields(task)).to eq(fields(stored(task)))
    end

    it "counts a handler that asks for the state it is in as the long way does" do
      ring.define_method(:look) { |round| go_to(:tick) if round == 2 }
      task = ring.call
      long = task_class("LongRing", ring) { def go_to(state) = super }.call
      expect(task.to_record[:steps]).to eq(long.to_record[:steps])
      expect(task.history.map(&:state)).to eq(long.history.map(&:state))
      expect(fields(task)).to eq(fields(stored(task)))
    end

    it "is there when a handler fails after it" do
      ring.define_method(:look) { |round| raise KeyError, "lost" if round == 2 }
      expect { ring.call }.to raise_error(KeyError)
      task = ring.all.first
      expect(task.history.map { |entry| [entry.state, entry.outcome] }).to eq([%w[tick moved], %w[tock moved], %w[again? moved], %w[tick failed]])
      expect(task.to_record[:steps]).to eq(3)
    end

    it "is one completed step for a task that has but one state" do
      task = Samples::Instant.call
      expect(task.history.map { |entry| [entry.state, entry.outcome] }).to eq([%w[start completed]])
      expect(task.updated_at).to eq(task.completed_at)
      expect(fields(task)).to eq(fields(stored(task)))
    end

    it "never writes to a task that was deleted and stored again while it ran" do
      ring.define_method(:look) do |round|
        next unless round == 2

        Operations.storage.delete(id)
        Operations.storage.save(self.class.new(id:, rounds: 7))
      end
      task = ring.new
      Operations.storage.save(task)
      task.call
      expect(stored(task)).to be_in(:tick) & have_attributes(rounds: 7)
    end
  end

  describe "the clock" do
    let(:noon) { TaskHelpers::NOON }
    let(:times) { ->(task) { [task.history.map(&:at).uniq, task.updated_at, task.completed_at, task.delete_at - 90 * 86_400].flatten.uniq } }

    before do
      task_class("Trip") do
        starts_with :go
        action(:go) { travel }.then(:see)
        action(:see) {}.then(:back)
        result :back
      end
    end

    def trip(&block)
      Trip.define_method(:travel, &block || -> {})
      Trip.call
    end

    it "that is replaced moves every moment of the runs that follow, and no longer when it is put back" do
      real = trip
      expect(times[real].first).to be_within(60).of(Time.now)
      at(noon) do
        frozen = trip
        expect(times[frozen]).to eq([noon])
        expect(times[stored(frozen)]).to eq([noon])
      end
      expect(times[trip].min).to be_within(60).of(Time.now)
    end

    it "that moves on while it is replaced moves every step by itself" do
      stop_clock(noon)
      helper = self
      task = trip { helper.stop_clock(Time.now + 5) }
      expect(task.history.map(&:at)).to eq([noon, noon + 5, noon + 5])
      expect(task.completed_at).to eq(noon + 5)
    end

    it "that is replaced in a handler is asked by whoever asks; the steps of this run keep the system's" do
      said = run_clock(<<~RUBY)
        class Trip < Operations::Task
          starts_with :go
          action(:go) { def Time.now = at(4_000_000_000) }.then(:see)
          action(:see) { go_to :look } # the long way, which asks
          action(:look) { $seen = Operations::Clock.now_us }.then(:back)
          result :back
        end
        task = Trip.call
        print task.history.map { |entry| entry.at.year == 2096 }.inspect, task.completed_at.year == 2096, $seen
        print Trip.call.history.map { |entry| entry.at.year == 2096 }.uniq.inspect
      RUBY
      expect(said).to eq("[false, false, true, false]false4000000000000000[true]")
    end

    # In a process of its own: Time.now is replaced for good.
    def run_clock(script)
      IO.popen([RbConfig.ruby, "-W0", "-I", File.expand_path("../../../lib", __dir__), "-e", "require 'operations'\n#{script}"], err: %i[child out], &:read)
    end
  end

  describe "a storage of the author's" do
    it "sees each save when it overrides save" do
      list = seen
      Operations.storage = Class.new(Operations::Storage::Memory) { define_method(:save) { |task| list << task.current_state and super(task) } }.new
      Samples::Approval.call(amount: 5)
      expect(seen).to eq(%w[pay paid])
    end

    it "sees each save when it is a spy" do
      allow(Operations.storage).to receive(:save).and_call_original
      Samples::Approval.call(amount: 5)
      expect(Operations.storage).to have_received(:save).twice
    end

    it "fails the task when a save fails, with the storage's error" do
      task = Samples::Approval.new(amount: 5)
      allow(Operations.storage).to receive(:save).and_wrap_original do |save, given|
        given.in?(:paid) ? raise(IOError, "disk is full") : save.call(given)
      end
      expect { task.call }.to raise_error(IOError, "disk is full")
    end
  end
end
