# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Handlers::ActionHandler, req: "O-54" do
  subject(:handler) { described_class.new("prepare") { visited << :worked } }

  let(:walker) { Doubles::Walker.new }

  describe "what it remembers" do
    it "keeps its name as a Symbol, where anybody can read it" do
      expect(handler.instance_variable_get(:@name)).to eq(:prepare)
      expect(handler.name).to eq(:prepare)
    end

    it "keeps the very block it was given" do
      work = proc {}
      expect(described_class.new(:prepare, &work).instance_variable_get(:@action)).to equal(work)
    end

    it "goes nowhere at first" do
      expect(handler.next_state).to be_nil
    end

    it "runs at once" do
      expect(handler).to be_immediate
    end
  end

  describe "#then" do
    it "returns the state as it was given, and remembers it" do
      expect(handler.then(:done)).to eq(:done)
      expect(handler.next_state).to eq(:done)
      expect(handler.then("later")).to eq("later")
      expect(handler.next_state).to eq("later")
    end

    it "can be said another way" do
      handler.next_state = :elsewhere
      expect(handler.next_state).to eq(:elsewhere)
    end
  end

  describe "#call" do
    it "runs the block with the task as self, then sends the task on" do
      handler.then(:done)
      handler.call(walker)
      expect(walker.visited).to eq(%i[worked done])
    end

    it "sends the task to nil when no next state was said", req: %w[O-54 X-02] do
      handler.call(walker)
      expect(walker.visited).to eq([:worked, nil])
    end

    it "runs the block on any object that has go_to, through its own instance_exec, with a block only", req: %w[O-54 X-02] do
      work = proc { visited << :worked }
      listener = Doubles::Listener.new
      described_class.new(:prepare, &work).call(listener)
      expect(listener.executed).to eq([work])
      expect(listener.visited).to eq([:worked, nil])
    end

    it "can be spied upon", req: "X-02" do
      spy = double("task", visited: [])
      allow(spy).to receive(:go_to)
      handler.then(:done)
      handler.call(spy)
      expect(spy).to have_received(:go_to).with(:done).once
    end

    it "hands every error of the block on and goes nowhere" do
      failing = described_class.new(:prepare) { raise KeyError, "no such thing" }
      failing.then(:done)
      expect { failing.call(walker) }.to raise_error(KeyError, "no such thing")
      expect(walker.visited).to be_empty
    end

    it "hands errors of go_to on" do
      walker.define_singleton_method(:go_to) { |_state| raise Operations::InvalidState, "no way" }
      expect { handler.call(walker) }.to raise_error(Operations::InvalidState, "no way")
    end

    it "may be used for many objects, one after the other" do
      handler.then(:done)
      walkers = Array.new(3) { Doubles::Walker.new }
      walkers.each { |each| handler.call(each) }
      expect(walkers.map(&:visited)).to all(eq(%i[worked done]))
    end
  end

  it "works as the first of two in a flow", req: %w[O-54 O-44] do
    second = described_class.new(:finish) { visited << :finished }
    handler.then(:finish)
    second.then(:done)
    handler.call(walker)
    second.call(walker)
    expect(walker.visited).to eq(%i[worked finish finished done])
  end
end
