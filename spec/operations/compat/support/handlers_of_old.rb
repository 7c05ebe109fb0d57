# frozen_string_literal: true

# What the five handlers of the gem's ancestor do by themselves, with objects that are no tasks.

RSpec.describe Operations::Task::Plan::ActionHandler, "[actions]" do
  subject(:packing) { described_class.new("pack") { visited << :packed } }

  let(:walker) { Doubles::Walker.new }

  it "has its name as a Symbol" do
    expect(packing.instance_variable_get(:@name)).to be(:pack)
  end

  it "has the block that it was made with" do
    work = -> {}
    expect(described_class.new(:pack, &work).instance_variable_get(:@action)).to be(work)
  end

  it "knows no next state by itself" do
    expect(packing.next_state).to be_nil
  end

  it "learns the next state by then" do
    packing.then(:shipped)
    expect(packing.next_state).to be(:shipped)
  end

  it "gives back from then what it learned" do
    expect(packing.then(:shipped)).to be(:shipped)
  end

  it "need not be waited for" do
    expect(packing.immediate?).to be(true)
  end

  it "works as the object it was called with" do
    packing.call(walker)
    expect(walker.visited).to start_with(:packed)
  end

  it "sends that object nowhere where nobody said where to" do
    packing.call(walker)
    expect(walker.visited.last).to be_nil
  end

  it "sends it on to the next state" do
    packing.then(:shipped)
    packing.call(walker)
    expect(walker.visited.last).to be(:shipped)
  end

  it "runs its block from the first line to the last" do
    described_class.new(:pack) do
      visited << 1
      visited << visited.last + 1
      visited << visited.last * 10
    end.call(walker)
    expect(walker.visited).to eq([1, 2, 20, nil])
  end

  it "lets out what its block raises" do
    expect { described_class.new(:pack) { raise IOError, "no paper" }.call(walker) }.to raise_error(IOError, "no paper")
  end

  it "takes its turn in a task" do
    klass = task_class("Parcels::Packed") do
      has_attribute :label
      has_attribute :layers, :integer, default: 0
      action(:start) { self.label = "box" and self.layers = 1 }.then(:wrap)
      action(:wrap) { self.label = "wrapped #{label}" and self.layers += 1 }.then(:packed)
      result :packed
    end
    expect(klass.call).to be_completed.and have_attributes(label: "wrapped box", layers: 2)
  end
end

RSpec.shared_examples "a choice by conditions" do
  def kept(handler, name) = handler.instance_variable_get(:"@#{name}")

  it "reads its block" do
    handler = choice { condition { ready } and go_to(:north) }
    expect([kept(handler, :conditions).size, kept(handler, :destinations)]).to eq([1, [:north]])
  end

  it "remembers each condition" do
    handler = choice do
      condition { ready }
      condition { !ready }
    end
    expect(kept(handler, :conditions).size).to eq(2)
  end

  it "remembers each destination in its order" do
    handler = choice do
      go_to :north
      go_to :south
    end
    expect(kept(handler, :destinations)).to eq(%i[north south])
  end

  it "goes where the first condition that holds says" do
    choice do
      condition { ready } and go_to(:north)
      condition { !ready } and go_to(:south)
      condition { true } and go_to(:west)
    end.call(walker)
    expect(walker.visited).to eq([:south])
  end

  it "asks the object's own values" do
    walker.ready = 42
    choice do
      condition { ready < 10 } and go_to(:north)
      condition { ready.between?(10, 50) } and go_to(:south)
      condition { ready > 50 } and go_to(:west)
    end.call(walker)
    expect(walker.visited).to eq([:south])
  end
end

RSpec.describe Operations::Task::Plan::DecisionHandler, "[decisions]" do
  def choice(&config) = described_class.new(:which_way, &config)

  it_behaves_like "a choice by conditions"

  def kept(handler, name) = handler.instance_variable_get(:"@#{name}")

  let(:walker) { Doubles::Walker.new }

  it "begins without conditions and destinations" do
    handler = choice {}
    expect([kept(handler, :conditions), kept(handler, :destinations)]).to eq([[], []])
  end

  it "begins without an answer" do
    handler = choice {}
    expect([kept(handler, :true_state), kept(handler, :false_state)]).to eq([nil, nil])
  end

  it "need not be waited for" do
    expect(choice {}.immediate?).to be(true)
  end

  {if_true: :true_state, if_false: :false_state}.each do |word, variable|
    it "takes a state for #{word}" do
      expect(kept(choice { public_send(word, :north) }, variable)).to be(:north)
    end

    it "takes a block for #{word}" do
      work = proc { :north }
      expect(kept(choice { public_send(word, &work) }, variable)).to be(work)
    end
  end

  it "takes the first answer where its condition holds" do
    walker.ready = true
    choice { condition { ready } and if_true(:north) and if_false(:south) }.call(walker)
    expect(walker.visited).to eq([:north])
  end

  it "takes the second answer where it does not" do
    choice { condition { ready } and if_true(:north) and if_false(:south) }.call(walker)
    expect(walker.visited).to eq([:south])
  end

  it "sends the object nowhere where the first answer was never given" do
    walker.ready = true
    choice { condition { ready } and if_false(:south) }.call(walker)
    expect(walker.visited).to eq([nil])
  end

  it "sends the object nowhere where the second answer was never given" do
    choice { condition { ready } and if_true(:north) }.call(walker)
    expect(walker.visited).to eq([nil])
  end

  it "says by its name that none holds" do
    handler = choice do
      condition { ready } and go_to(:north)
      condition { ready } and go_to(:south)
    end
    expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "No conditions matched which_way")
  end

  it "prefers two answers to a destination where both are given" do
    choice { condition { true } and go_to(:north) and if_true(:south) and if_false(:west) }.call(walker)
    expect(walker.visited).to eq([:south])
  end

  it "chooses among many in a task" do
    klass = task_class("Parcels::Weighed") do
      has_attribute :grams, :integer
      has_attribute :stamp
      starts_with :weigh
      decision :weigh do
        condition { grams > 1000 }
        go_to :refuse
        condition { grams > 100 }
        go_to :large
        condition { grams <= 100 }
        go_to :small
      end
      {refuse: "none", large: "red", small: "blue"}.each { |state, colour| action(state) { self.stamp = colour }.then(:done) }
      result :done
    end
    expect(klass.call(grams: 850)).to be_completed.and have_attributes(stamp: "red")
  end

  it "chooses between two in a task" do
    klass = task_class("Parcels::Sorted") do
      has_attribute :inland, :boolean, default: true
      has_attribute :bag
      starts_with :sort
      decision(:sort) { condition { inland } and if_true(:near) and if_false(:far) }
      action(:near) { self.bag = "green" }.then(:done)
      action(:far) { self.bag = "yellow" }.then(:done)
      result :done
    end
    expect(klass.call(inland: false)).to be_completed.and have_attributes(bag: "yellow")
  end

  it "fails the task of a class without a name where nothing holds" do
    klass = Class.new(Operations::Task) do
      has_attribute :inland, :boolean, default: false
      starts_with :sort
      decision(:sort) { condition { inland } and go_to(:done) }
      result :done
    end
    expect { klass.call }.to raise_error(Operations::NoDecision, "No conditions matched sort")
  end
end

RSpec.describe Operations::Task::Plan::InteractionHandler, "[interactions]" do
  let(:desk) { Class.new(Doubles::Clerk) }
  let(:clerk) { desk.new("open") }

  def on_desk(name = :sign, &work) = described_class.new(name, desk, &work || proc { |*words| heard.concat(words.empty? ? [:signed] : words) })

  it "is a method of the class from then on" do
    expect { on_desk }.to change { clerk.respond_to?(:sign) }.from(false).to(true)
  end

  it "may be called in any state at first" do
    expect(on_desk.legal_states).to eq([])
  end

  it "is a method by a name that was given as text, too" do
    on_desk("sign_twice")
    expect(clerk).to respond_to(:sign_twice)
  end

  it "takes the states of when as Symbols" do
    handler = on_desk
    handler.when(:open, :late)
    expect(handler.legal_states).to eq(%w[open late])
  end

  it "takes the states of when as text" do
    handler = on_desk
    handler.when("open", "late")
    expect(handler.legal_states).to eq(%w[open late])
  end

  it "lets nobody change them in place" do
    handler = on_desk
    handler.when(:open)
    expect(handler.legal_states).to be_frozen
  end

  it "goes by the when that was said last" do
    handler = on_desk
    handler.when(:closed)
    handler.when(:open, :late)
    expect(handler.legal_states).to eq(%w[open late])
  end

  it "does what its block says" do
    on_desk
    clerk.sign
    expect(clerk.heard).to eq([:signed])
  end

  it "wakes the object afterwards" do
    on_desk
    expect { clerk.sign }.to change(clerk, :wakes).by(1)
  end

  it "is noted in the log" do
    on_desk
    expect(logged { clerk.sign }).to match(/DEBUG.*the clerk sign/)
  end

  it "asks for no state where none was named" do
    on_desk
    %w[open closed anything].each { |state| desk.new(state).sign }
    expect { desk.new("nowhere").sign }.not_to raise_error
  end

  it "can be done in each state that was named" do
    on_desk.when(:open, :late)
    %w[open late].each { |state| expect(desk.new(state).tap(&:sign).heard).to eq([:signed]) }
  end

  it "is refused in others, with the state" do
    on_desk.when(:open, :late)
    expect { desk.new("closed").sign }.to raise_error(Operations::InvalidState, /sign cannot be called in closed/)
  end

  it "does nothing where it is refused" do
    on_desk.when(:late)
    expect { clerk.sign }.to raise_error(Operations::InvalidState)
    expect(clerk.heard).to be_empty
  end

  it "wakes nobody where it is refused" do
    on_desk.when(:late)
    expect { clerk.sign }.to raise_error(Operations::InvalidState)
    expect(clerk.wakes).to eq(0)
  end

  it "hands its arguments to the block" do
    on_desk(:note) { |who, times| heard << "#{who}: #{times}" }
    clerk.note("Ada", 3)
    expect(clerk.heard).to eq(["Ada: 3"])
  end

  it "hands as many as there are to a block that takes any number" do
    on_desk
    clerk.sign("one", "two", "three")
    expect(clerk.heard).to eq(%w[one two three])
  end

  it "lets out what its block raises" do
    on_desk(:spill) { raise IOError, "ink" }
    expect { clerk.spill }.to raise_error(IOError, "ink")
  end

  it "wakes nobody after an error" do
    on_desk(:spill) { raise IOError, "ink" }
    expect { clerk.spill }.to raise_error(IOError)
    expect(clerk.wakes).to eq(0)
  end

  it "leaves the other interactions of a class as they are" do
    on_desk(:open!) { heard << :opened }
    on_desk(:close!) { heard << :closed }
    clerk.close!
    clerk.open!
    expect(clerk.heard).to eq(%i[closed opened])
  end

  it "is refused without refusing the others" do
    on_desk(:open!) { heard << :opened }.when(:closed)
    on_desk(:close!) { heard << :closed }
    expect { clerk.open! }.to raise_error(Operations::InvalidState)
    clerk.close!
    expect(clerk.heard).to eq([:closed])
  end

  it "changes the fields of whatever object it is called on" do
    form = Struct.new(:name, :mail, :current_state, :wakes) { def wake_up! = self.wakes = wakes.to_i + 1 }
    described_class.new(:fill_in, form) { |name, mail| self.name = name and self.mail = mail }.when(:empty, :draft)
    sheet = form.new(nil, nil, "empty")
    sheet.fill_in("Ada", "ada@example.org")
    expect(sheet.to_a).to eq(["Ada", "ada@example.org", "empty", 1])
  end

  it "changes nothing of an object in another state" do
    form = Struct.new(:sent, :current_state) { def wake_up! = self.sent = :woken }
    described_class.new(:send_off, form) { self.sent = true }.when(:filled_in)
    sheet = form.new(false, "empty")
    expect { sheet.send_off }.to raise_error(Operations::InvalidState, /cannot be called in empty/)
    expect(sheet.sent).to be(false)
  end
end

RSpec.describe Operations::Task::Plan::ResultHandler, "[results]" do
  subject(:handler) { described_class.new(:delivered) }

  let(:ledger) { Doubles::Ledger.new }

  it "need not be waited for" do
    expect(handler.immediate?).to be(true)
  end

  it "notes that the object is completed" do
    handler.call(ledger)
    expect(ledger.fields[:task_status]).to eq("completed")
  end

  it "notes when" do
    before = Time.now.floor(6)
    handler.call(ledger)
    expect(ledger.fields[:completed_at]).to be_between(before, Time.now)
  end

  it "notes both at once, as keywords" do
    expect(ledger).to receive(:update).with(task_status: "completed", completed_at: kind_of(Time)).once
    handler.call(ledger)
  end

  it "lets out what the object raises" do
    broken = Doubles::Ledger.new.tap { |one| one.define_singleton_method(:update) { |**| raise IOError, "full" } }
    expect { handler.call(broken) }.to raise_error(IOError, "full")
  end

  it "completes a task" do
    klass = task_class("Parcels::Delivered") do
      has_attribute :receipt
      action(:start) { self.receipt = "signed" }.then(:delivered)
      result :delivered
    end
    expect(klass.call).to be_completed.and have_attributes(task_status: "completed", completed_at: be_a(Time), receipt: "signed")
  end

  it "may be one of several" do
    klass = task_class("Parcels::Returned") do
      has_attribute :at_home, :boolean, default: true
      starts_with :ring
      decision(:ring) { condition { at_home } and if_true(:delivered) and if_false(:returned) }
      result :delivered
      result :returned
    end
    tasks = [klass.call, klass.call(at_home: false)]
    expect(tasks.map { |task| [task.task_status, task.current_state] }).to eq([%w[completed delivered], %w[completed returned]])
  end

  it "completes a task at the moment it is reached" do
    klass = task_class("Parcels::Dropped") { result :start }
    before = Time.now.floor(6)
    expect(klass.call.completed_at).to be_between(before, Time.now)
  end
end

RSpec.describe Operations::Task::Plan::WaitHandler, "[waits]" do
  def choice(&config) = described_class.new(:the_post, &config)

  it_behaves_like "a choice by conditions"

  let(:walker) { Doubles::Walker.new(:at_the_window) }

  it "has to be waited for" do
    expect(choice {}.immediate?).to be(false)
  end

  it "remembers what its conditions are called" do
    handler = choice do
      condition(label: "the bell rang") { ready }
      condition(label: "it is noon") { !ready }
    end
    expect(handler.condition_labels.values_at(0, 1)).to eq(["the bell rang", "it is noon"])
  end

  it "has no label where none was given" do
    handler = choice do
      condition { ready }
      condition { !ready }
    end
    expect(handler.condition_labels.values_at(0, 1)).to eq([nil, nil])
  end

  it "begins without labels" do
    expect(choice {}.condition_labels).to eq({})
  end

  it "has its labels by the number of the condition" do
    expect(choice { condition(label: "the bell rang") { ready } }.condition_labels).to eq(0 => "the bell rang")
  end

  it "notes in the log that it looks" do
    expect(logged { choice {}.call(walker) }).to match(/DEBUG.*at_the_window/)
  end

  it "sends the object to where it is, as it calls that, where nothing holds" do
    choice { condition { ready } and go_to(:door) }.call(walker)
    expect(walker.visited).to eq([:at_the_window])
  end

  it "sends it on where its condition holds" do
    walker.ready = "now"
    choice { condition { ready == "now" } and go_to(:door) }.call(walker)
    expect(walker.visited).to eq([:door])
  end

  it "asks no further than to the first that holds" do
    walker.ready = asked = []
    choice do
      condition { (ready << 1) && false } and go_to(:door)
      condition { ready << 2 } and go_to(:stairs)
      condition { ready << 3 } and go_to(:window)
    end.call(walker)
    expect([asked, walker.visited]).to eq([[1, 2], [:stairs]])
  end

  it "lets out what a condition raises" do
    expect { choice { condition { raise IOError, "dark" } and go_to(:door) }.call(walker) }.to raise_error(IOError, "dark")
  end

  it "lets a task go on by the condition that holds when it is woken" do
    klass = task_class("Parcels::Claimed") do
      has_attribute :value, :integer
      has_attribute :signed, :boolean, default: false
      has_attribute :outcome
      starts_with :at_the_counter
      wait_until :at_the_counter do
        condition(label: "signed and dear") { signed && value > 500 }
        go_to :insured
        condition(label: "signed") { signed }
        go_to :handed_out
        condition(label: "cheap") { value < 5 }
        go_to :thrown_away
      end
      %i[insured handed_out thrown_away].each { |state| action(state) { self.outcome = state }.then(:done) }
      result :done
    end
    tasks = [{value: 900, signed: true}, {value: 90, signed: true}, {value: 1}].map { |given| klass.call(**given) }
    expect(tasks.map { |task| task.wake_up!.outcome }).to eq(%w[insured handed_out thrown_away])
    expect(tasks).to all(be_completed)
  end
end
