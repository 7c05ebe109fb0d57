# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Handlers::InteractionHandler, req: "O-54" do
  # A class that knows nothing of tasks.
  let(:office) { stub_const("Office", Class.new(Doubles::Clerk)) }
  let(:clerk) { office.new("open") }

  def interaction(name = :ask, &block)
    block ||= proc { |*words| heard.concat(words) }
    described_class.new(name, office, &block)
  end

  describe "what it remembers" do
    it "keeps its name as a Symbol and the very block" do
      block = proc {}
      handler = interaction("ask", &block)
      expect(handler.name).to eq(:ask)
      expect(handler.implementation).to equal(block)
    end

    it "is legal in every state at first" do
      expect(interaction.legal_states).to eq([])
      clerk.current_state = "anywhere"
      expect { clerk.ask }.not_to raise_error
    end
  end

  describe "#when" do
    it "returns and keeps the states as frozen Strings" do
      handler = interaction
      expect(handler.when(:open, "ajar")).to eq(%w[open ajar])
      expect(handler.legal_states).to eq(%w[open ajar]).and all(be_frozen)
    end

    it "replaces what was said before" do
      handler = interaction
      handler.when(:open)
      handler.when(:closed)
      expect(handler.legal_states).to eq(%w[closed])
    end
  end

  describe "the method it defines" do
    it "is there at once, for every object of that class and of those below it" do
      interaction
      expect(clerk).to respond_to(:ask)
      expect(Class.new(office).new).to respond_to(:ask)
    end

    it "may have a name with ! or ?" do
      interaction(:ask!) { heard << :ask! }
      interaction(:sure?) { heard << :sure? }
      clerk.ask!
      clerk.sure?
      expect(clerk.heard).to eq(%i[ask! sure?])
    end

    it "runs the block with the object as self" do
      interaction { heard << self }
      clerk.ask
      expect(clerk.heard).to eq([clerk])
    end

    it "hands positional arguments on" do
      interaction
      clerk.ask("why", nil, [1, 2])
      expect(clerk.heard).to eq(["why", nil, [1, 2]])
    end

    it "hands keywords on as keywords and a Hash as a Hash" do
      interaction { |word = nil, loud: false| heard << [word, loud] }
      clerk.ask("why", loud: true)
      clerk.ask({loud: true})
      expect(clerk.heard).to eq([["why", true], [{loud: true}, false]])
    end

    it "hands a block on" do
      interaction { |times, &reply| heard.concat(Array.new(times) { reply.call }) }
      clerk.ask(2) { "because" }
      expect(clerk.heard).to eq(%w[because because])
    end

    it "leaves no trace of that on the object" do
      interaction { |&reply| heard << reply.call }
      expect { clerk.ask { 1 } }.not_to change { clerk.singleton_methods }
    end

    it "wakes the object afterwards, always" do
      interaction
      2.times { clerk.ask }
      expect(clerk.wakes).to eq(2)
    end

    it "wakes after the block, not before" do
      interaction { heard << wakes }
      clerk.ask
      expect(clerk.heard).to eq([0])
    end

    it "runs the block through the object's own instance_exec", req: %w[O-54 X-02] do
      block = proc { heard << :asked }
      interaction(&block)
      seen = []
      clerk.define_singleton_method(:instance_exec) do |*arguments, &given|
        seen << [arguments, given]
        super(*arguments, &given)
      end
      clerk.ask
      expect(seen).to eq([[[], block]])
      expect(clerk.heard).to eq([:asked])
    end

    it "goes by what the class is when it is called: a later declaration of that name wins" do
      interaction { heard << :old }
      interaction { heard << :new }
      clerk.ask
      expect(clerk.heard).to eq([:new])
    end
  end

  describe "its guard" do
    before { interaction.when(:open, :ajar) }

    it "lets the legal states pass, Strings or Symbols" do
      ["open", :open, "ajar"].each do |state|
        clerk.current_state = state
        clerk.ask(state)
      end
      expect(clerk.heard).to eq(["open", :open, "ajar"])
    end

    it "refuses every other state, says which, and what would be legal" do
      clerk.current_state = "closed"
      expect { clerk.ask }.to raise_error(Operations::InvalidState, /\AOffice#ask cannot be called in closed.*open, ajar/)
    end

    it "neither runs the block nor wakes anybody then" do
      clerk.current_state = "closed"
      expect { clerk.ask("why") }.to raise_error(Operations::InvalidState)
      expect(clerk.heard).to be_empty
      expect(clerk.wakes).to eq(0)
    end

    it "asks for the state at each call" do
      clerk.ask(1)
      clerk.current_state = "closed"
      expect { clerk.ask(2) }.to raise_error(Operations::InvalidState)
      clerk.current_state = "ajar"
      clerk.ask(3)
      expect(clerk.heard).to eq([1, 3])
    end
  end

  describe "when the block raises" do
    it "hands the error on and wakes nobody" do
      interaction { raise IOError, "line is dead" }
      expect { clerk.ask }.to raise_error(IOError, "line is dead")
      expect(clerk.wakes).to eq(0)
    end

    it "does so too when it was given a block" do
      interaction { |&reply| reply.call }
      expect { clerk.ask { raise IOError, "line is dead" } }.to raise_error(IOError)
      expect(clerk.wakes).to eq(0)
      expect(clerk.singleton_methods).to be_empty
    end
  end

  it "says at debug what was called, and where", req: %w[O-54 X-02] do
    interaction
    text = logged { clerk.ask }
    expect(text).to match(/DEBUG.*the clerk.*ask.*open/)
  end

  it "has two interactions of one class keep out of each other's way" do
    interaction(:ask) { heard << :ask }.when(:open)
    interaction(:tell) { heard << :tell }.when(:closed)
    clerk.ask
    clerk.current_state = "closed"
    clerk.tell
    expect(clerk.heard).to eq(%i[ask tell])
  end
end
