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

  describe "a storage of the author's" do
    it "sees each save when it overrides save" do
      list = seen
      Operations.storage = Class.new(Operations::Storage::Memory) { define_method(:save) { |task| list << task.current_state and super(task) } }.new
      Samples::Approval.call(amount: 5)
      expect(seen).to eq(%w[pay paid paid])
    end

    it "sees each save when it is a spy" do
      allow(Operations.storage).to receive(:save).and_call_original
      Samples::Approval.call(amount: 5)
      expect(Operations.storage).to have_received(:save).exactly(3).times
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
