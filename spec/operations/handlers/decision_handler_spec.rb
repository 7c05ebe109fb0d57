# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Handlers::DecisionHandler, req: "O-54" do
  let(:walker) { Doubles::Walker.new }

  def decision(&config) = described_class.new(:choose, &config)

  def ivar(handler, name) = handler.instance_variable_get(name)

  describe "what it remembers" do
    it "starts with nothing but its name" do
      handler = described_class.new("choose")
      expect(handler.name).to eq(:choose)
      expect(ivar(handler, :@conditions)).to eq([])
      expect(ivar(handler, :@destinations)).to eq([])
      expect(ivar(handler, :@true_state)).to be_nil
      expect(ivar(handler, :@false_state)).to be_nil
    end

    it "keeps conditions and destinations in the order written" do
      first = proc { true }
      second = proc { false }
      handler = decision do
        condition(&first)
        go_to :a
        condition(&second)
        go_to :b
      end
      expect(ivar(handler, :@conditions)).to eq([first, second])
      expect(ivar(handler, :@destinations)).to eq(%i[a b])
    end

    it "keeps the two answers" do
      handler = decision do
        condition { true }
        if_true :yes
        if_false :no
      end
      expect(ivar(handler, :@true_state)).to eq(:yes)
      expect(ivar(handler, :@false_state)).to eq(:no)
    end

    it "keeps a block as an answer", req: %w[O-54 O-45] do
      answer = proc { :somewhere }
      handler = decision { if_true(&answer) }
      expect(ivar(handler, :@true_state)).to equal(answer)
    end

    it "runs at once" do
      expect(decision).to be_immediate
    end

    it "wants a block for a condition, when the class loads" do
      expect { decision { condition } }.to raise_error(ArgumentError, /condition in :choose needs a block/)
    end

    it "knows of label: and refuses what it does not know" do
      expect { decision { condition(lable: "x") { true } } }.to raise_error(ArgumentError, /takes label:, not lable/)
    end
  end

  describe "with if_true and if_false" do
    subject(:handler) do
      decision do
        condition { ready }
        if_true :yes
        if_false :no
      end
    end

    it "goes to the first when the condition holds" do
      walker.ready = true
      handler.call(walker)
      expect(walker.visited).to eq([:yes])
    end

    it "goes to the second for false and for nil" do
      [false, nil].each { |value| handler.call(walker.tap { |each| each.ready = value }) }
      expect(walker.visited).to eq(%i[no no])
    end

    it "goes where a block says, which runs with the task as self" do
      handler = decision do
        condition { true }
        if_true { visited.empty? ? :first_time : :again }
      end
      2.times { handler.call(walker) }
      expect(walker.visited).to eq(%i[first_time again])
    end

    it "comes to no decision when that block says nothing" do
      handler = decision do
        condition { true }
        if_true { nil }
      end
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "No conditions matched choose")
      expect(walker.visited).to be_empty
    end

    it "comes to no decision when the answer in question is missing" do
      handler = decision do
        condition { false }
        if_true :yes
      end
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "No conditions matched choose")
    end

    it "comes to no decision without a condition: when it is asked, not when it is declared" do
      handler = decision { if_true :yes }
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, /choose.*condition/)
    end

    it "asks the first condition only" do
      handler = decision do
        condition { false }
        condition { true }
        go_to :elsewhere
        if_true :yes
        if_false :no
      end
      handler.call(walker)
      expect(walker.visited).to eq([:no])
    end
  end

  describe "with several conditions" do
    subject(:handler) do
      decision do
        condition { ready == 1 }
        go_to :one
        condition { ready == 2 || ready == 1 }
        go_to :two
        condition { ready == 3 }
        go_to "three"
      end
    end

    it "goes where the first one that holds leads" do
      [1, 2, 3].each { |value| handler.call(walker.tap { |each| each.ready = value }) }
      expect(walker.visited).to eq([:one, :two, "three"])
    end

    it "does not ask those behind the first that holds" do
      asked = []
      handler = decision do
        condition { asked << 1 }
        go_to :one
        condition { asked << 2 }
        go_to :two
      end
      handler.call(walker)
      expect(asked).to eq([1])
    end

    it "says exactly which decision came to nothing" do
      walker.ready = 9
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "No conditions matched choose")
      expect(walker.visited).to be_empty
    end

    it "hands errors of a condition on" do
      handler = decision do
        condition { raise IOError, "closed" }
        go_to :one
      end
      expect { handler.call(walker) }.to raise_error(IOError, "closed")
    end

    it "does not take somebody else's NoDecision for its own" do
      handler = decision do
        condition { raise Operations::NoDecision, "from below" }
        go_to :one
      end
      expect { handler.call(walker) }.to raise_error(Operations::NoDecision, "from below")
    end
  end

  it "asks each condition through the object's own instance_eval, with a block only", req: %w[O-54 X-02] do
    condition = proc { ready }
    handler = decision do
      condition(&condition)
      go_to :on
    end
    listener = Doubles::Listener.new
    listener.ready = true
    handler.call(listener)
    expect(listener.evaluated).to eq([condition])
    expect(listener.visited).to eq([:on])
  end

  describe "whose answer is a block that moves the task itself" do
    before do
      task_class("Mover") do
        has_attribute :size, :integer, default: 0
        starts_with :choose
        decision(:choose) do
          condition { size > 1 }
          if_true { complete if size > 5 }
          if_false do
            go_to((size == 1) ? :rest : :refused)
            :approved
          end
        end
        wait_until(:rest) {}
        interaction(:go_on!) { go_to :approved }.when(:rest)
        result :approved
        result :refused
      end
    end

    it "has it there, whatever the block returns" do
      task = Mover.call
      expect(task).to be_completed & be_in(:refused)
      expect(stored(task).history.map(&:state)).to eq(%w[choose refused])
      expect(Mover.call(size: 1)).to be_waiting & be_in(:rest)
      expect(Mover.test(:choose)).to be_in(:refused)
    end

    it "may complete it where it is" do
      task = Mover.call(size: 6)
      expect(task).to be_completed & be_in(:choose)
      expect(stored(task)).to be_completed
    end

    it "comes to no decision when it does neither" do
      expect { Mover.call(size: 3) }.to raise_error(Operations::NoDecision, "No conditions matched choose")
    end

    it "is told when it asks for the decision again" do
      task_class("Circle") do
        starts_with :choose
        decision(:choose) do
          condition { true }
          if_true { go_to :choose }
          if_false :done
        end
        result :done
      end
      expect { Circle.call }.to raise_error(Operations::Error, /asks in :choose for :choose itself/)
    end

    it "is drawn, and read by the checks of the plan" do
      task_class("Straight") do
        starts_with :choose
        decision(:choose) do
          condition { true }
          if_true :done
          if_false { go_to :refsued }
        end
        result :done
        result :refused
      end
      expect(Straight.plan.warnings).to include(/may go from :choose to :refsued/)
      expect(Straight.plan.warnings).to include(/never gets to :refused/)
    end
  end

  it "hands what such a block answers to a double unchanged" do
    handler = decision do
      condition { true }
      if_true { go_to(:inside) && :outside }
    end
    handler.call(walker)
    expect(walker.visited).to eq(%i[inside outside])
  end

  it "decides for a task of a class without a name" do
    klass = Class.new(Operations::Task) do
      has_attribute :size, :integer
      starts_with :big?
      decision :big? do
        condition { size > 10 }
        if_true :crate
        if_false :bag
      end
      result :crate
      result :bag
    end
    expect(klass.call(size: 11)).to be_in(:crate)
    expect(klass.call(size: 9)).to be_in(:bag)
  end

  it "has the task on its error when a task asked", req: "O-56" do
    task_class("Undecided") do
      decision(:start) do
        condition { false }
        go_to :done
      end
      result :done
    end
    expect { Undecided.call }.to raise_error(Operations::NoDecision) { |error| expect(error.task).to be_an(Undecided).and be_failed }
  end
end
