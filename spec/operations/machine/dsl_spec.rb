# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::DSL do
  describe "starts_with", req: "O-43" do
    it "is :start unless said otherwise" do
      task_class("Plain") { result :start }
      expect(Plain.initial_state).to eq("start")
      expect(Plain.call).to be_in(:start)
    end

    it "takes Symbols and Strings and keeps a String" do
      task_class("Chosen") do
        starts_with :first
        result :first
      end
      expect(Chosen.initial_state).to eq("first")
      expect(Chosen.call.current_state).to eq("first")
      expect(task_class("Text") { starts_with "second" }.initial_state).to eq("second")
    end

    it "may be said before or after the states" do
      task_class("Late") do
        result :first
        starts_with :first
      end
      expect(Late.call).to be_completed
    end
  end

  describe "action", req: "O-44" do
    it "returns its handler, so that .then can follow" do
      handler = nil
      task_class("Then") do
        handler = action(:start) {}
        handler.then(:done)
        result :done
      end
      expect(handler).to be_a(Operations::Handlers::ActionHandler)
      expect(Then.call).to be_in(:done)
    end

    it "goes where the go_to line below it says" do
      task_class("Below") do
        action(:start) {}
        go_to :second
        action(:second) {}
        go_to :done
        result :done
      end
      expect(Below.handler_for(:start).next_state).to eq(:second)
      expect(Below.call.history.map(&:state)).to eq(%w[start second done])
    end

    it "keeps the state of a go_to line as a Symbol" do
      task_class("Below") do
        action(:start) {}
        go_to "done"
        result :done
      end
      expect(Below.handler_for(:start).next_state).to eq(:done)
    end

    it "looks past decisions and waits for the action that a go_to line is about" do
      task_class("Apart") do
        action(:start) {}
        decision(:choose) do
          condition { true }
          if_true :done
        end
        go_to :choose
        result :done
      end
      expect(Apart.handler_for(:start).next_state).to eq(:choose)
    end

    it "refuses a go_to line before any action, in so many words" do
      expect { task_class("Early") { go_to :done } }.to raise_error(ArgumentError, "No action handler defined yet")
    end

    it "means the action declared last in this class body, though a parent declared that state before others" do
      task_class("Parental") do
        action(:start) {}.then(:second)
        action(:second) {}.then(:done)
        result :done
        result :other
      end
      task_class("Filial", Parental) do
        action(:start) {}
        go_to :other
      end
      expect(Filial.handler_for(:start).next_state).to eq(:other)
      expect(Filial.handler_for(:second).next_state).to eq(:done)
      expect(Filial.call).to be_in(:other)
    end

    it "may go on from inside its block instead" do
      task_class("Inside") do
        has_attribute :way
        action(:start) { go_to way }
        result :left
        result :right
      end
      expect(Inside.call(way: "left")).to be_in(:left)
      expect(Inside.call(way: :right)).to be_in(:right)
    end

    it "wants a block" do
      expect { task_class("Empty") { action :start } }.to raise_error(ArgumentError, /action :start needs a block/)
    end
  end

  describe "decision", req: "O-45" do
    it "goes by one condition and two answers" do
      expect(Samples::Approval.call(amount: 99)).to be_in(:paid)
      expect(Samples::Approval.call(amount: 100)).to be_in(:approved?)
    end

    it "goes by the first of several conditions" do
      task_class("Weight") do
        has_attribute :grams, :integer
        starts_with :class
        decision :class do
          condition { grams < 20 }
          go_to :letter
          condition { grams < 1000 }
          go_to :packet
          condition { true }
          go_to :freight
        end
        result :letter
        result :packet
        result :freight
      end
      expect([5, 20, 5000].map { |grams| Weight.call(grams:).current_state }).to eq(%w[letter packet freight])
    end

    it "sees a boolean that is false where true is the default" do
      task_class("Arrival") do
        has_attribute :arriving, :boolean, default: true
        decision(:start) do
          condition { arriving? }
          if_true :hello
          if_false :goodbye
        end
        result :hello
        result :goodbye
      end
      expect(Arrival.call).to be_in(:hello)
      expect(Arrival.call(arriving: false)).to be_in(:goodbye)
    end
  end

  describe "wait_until, interaction and .when", req: "O-45" do
    it "waits, is moved on by an interaction, and completes" do
      task = Samples::Approval.call(amount: 500)
      expect(task.approve!("Ada")).to be_completed
      expect(task).to be_in(:paid).and have_attributes(approver: "Ada", amount: 501)
      expect(stored(task)).to be_in(:paid).and have_attributes(approver: "Ada", amount: 501)
    end

    it "has the states of .when as frozen Strings" do
      expect(Samples::Approval.interaction_handler_for("approve!").legal_states).to eq(%w[approved?])
    end

    it "wants a block for an interaction" do
      expect { task_class("Empty") { interaction :go! } }.to raise_error(ArgumentError, /interaction :go! needs a block/)
    end

    it "refuses an interaction that would replace a method of every task" do
      expect { task_class("Thief") { interaction(:save!) {} } }.to raise_error(ArgumentError, /save!/)
    end
  end

  describe "the tables" do
    it "can be read by name, String or Symbol, in the order declared" do
      expect(Samples::Approval.state_handlers.keys).to eq(%w[small? approved? pay paid refused])
      expect(Samples::Approval.handler_for(:pay)).to be_a(Operations::Handlers::ActionHandler)
      expect(Samples::Approval.handler_for("small?")).to be_a(Operations::Handlers::DecisionHandler)
      expect(Samples::Approval.handler_for(:nothing)).to be_nil
      expect(Samples::Approval.interaction_handlers.keys).to eq(%w[approve! refuse!])
      expect(Samples::Approval.interaction_handler_for(:approve!)).to be_a(Operations::Handlers::InteractionHandler)
    end
  end

  describe "inheritance", req: "O-53" do
    it "hands states, attributes, interactions and options down" do
      task_class("Filial", Samples::Approval)
      task = Filial.call(amount: 500)
      expect(task).to be_in(:approved?)
      expect(task.approve!("Ada")).to be_completed
      expect(Filial.background_delay).to eq(300)
      expect(Filial.initial_state).to eq("small?")
    end

    it "lets a child add states, attributes and interactions that the parent does not get" do
      task_class("Filial", Samples::Approval) do
        has_attribute :reason
        starts_with :ask
        action(:ask) { self.reason ||= "none" }.then(:small?)
        interaction(:explain!) { |why| self.reason = why }.when(:approved?)
      end
      task = Filial.call(amount: 500)
      expect(task.explain!("needed").reason).to eq("needed")
      expect(Samples::Approval.handler_for(:ask)).to be_nil
      expect(Samples::Approval.method_defined?(:explain!)).to be(false)
      expect(Samples::Approval.initial_state).to eq("small?")
      expect { Samples::Approval.new(reason: "x") }.to raise_error(ArgumentError)
    end

    it "does not let a go_to line of a child change the parent's action" do
      task_class("Filial", Samples::Approval) { go_to :refused }
      expect(Samples::Approval.handler_for(:pay).next_state).to eq(:paid)
      expect(Samples::Approval.call(amount: 1)).to be_in(:paid)
      expect(Filial.call(amount: 1)).to be_in(:refused)
    end

    it "does not let .then or .when in a child change the parent" do
      task_class("Filial", Samples::Approval) do
        handler_for(:pay).then(:refused)
        interaction_handler_for(:approve!).when(:pay)
      end
      expect(Samples::Approval.call(amount: 1)).to be_in(:paid)
      expect(Samples::Approval.interaction_handler_for(:approve!).legal_states).to eq(%w[approved?])
    end

    it "goes over several generations" do
      task_class("Child", Samples::Approval) { delay 10 }
      task_class("Grandchild", Child) { timeout 500 }
      expect(Grandchild).to have_attributes(background_delay: 10, execution_timeout: 500)
      expect(Grandchild.call(amount: 3)).to be_completed
    end
  end

  describe "a class that has been used" do
    before do
      task_class("Used") do
        has_attribute :name
        action(:start) {}.then(:done)
        result :done
      end
      Used.call
    end

    {
      "starts_with" => -> { starts_with :other },
      "action" => -> { action(:other) {} },
      "go_to" => -> { go_to :other },
      "decision" => -> { decision(:other) {} },
      "wait_until" => -> { wait_until(:other) {} },
      "result" => -> { result :other },
      "interaction" => -> { interaction(:other) {} },
      "delay" => -> { delay 3 },
      "timeout" => -> { timeout 3 },
      "delete_after" => -> { delete_after 3 },
      "on_timeout" => -> { on_timeout {} },
      "first_wake" => -> { first_wake :immediate },
      "queue" => -> { queue :slow },
      "runs_on" => -> { runs_on :inline },
      "index" => -> { index :name },
      "unique_by" => -> { unique_by :name },
      "retry_on" => -> { retry_on KeyError },
      "has_attribute" => -> { has_attribute :other },
      "has_model" => -> { has_model :other },
      "validates" => -> { validates :name, presence: true },
      "validate" => -> { validate :name }
    }.each do |word, declaration|
      it "refuses #{word}, says so, and changes nothing" do
        expect { Used.class_exec(&declaration) }.to raise_error(StandardError) do |error|
          expect(error).to be_a(FrozenError).or be_a(Operations::Error)
          expect(error.message).to match(/Used has run already.*before its first use/)
        end
        expect(Used.call).to be_in(:done)
      end
    end

    it "can still be subclassed" do
      task_class("Fresh", Used) do
        delay 3
        has_attribute :other
        action(:start) { self.other = "x" }.then(:done)
      end
      expect(Fresh.call.other).to eq("x")
    end
  end
end
