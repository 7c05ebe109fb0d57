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

    it "names its options where one is misspelled" do
      expect { task_class("Typo") { action(:start, transation: true) {} } }
        .to raise_error(ArgumentError, "Typo: action: there is no option transation:; possible are transaction:.")
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

  describe "words of another block", req: "O-45" do
    def refusal(&body)
      expect { task_class("Wrong", &body) }.to raise_error(ArgumentError) { |error| return error.message }
    end

    it "are refused when the class loads, with those that are possible, and what to write" do
      expect(refusal { decision(:start) { after 60 } }).to eq("decision :start has no word after; it has condition, go_to, if_true, " \
        "if_false. Write: wait_until :start do ... end, for what ends by time")
      expect(refusal { wait_until(:start) { if_true :done } }).to eq("wait_until :start has no word if_true; it has condition, after, " \
        "go_to. Write: go_to :state below the condition")
      expect(refusal { wait_until(:start) { if_false(:done) } }).to end_with("Write: decision :start do ... end, for two answers")
      expect(refusal { wait_until(:start) { timeout 60 } }).to end_with("timeout is a word of the class: write it outside of this block")
      expect(refusal { decision(:start) { conditon { true } } }).to end_with("Did you mean :condition?")
    end

    it "leave the author's line in the backtrace" do
      expect { task_class("Wrong") { decision(:start) { after 60 } } }
        .to raise_error { |error| expect(error.backtrace.join).to include("dsl_spec.rb:#{__LINE__ - 1}") }
    end

    it "are no words outside of the block, either" do
      handler = Samples::Approval.handler_for(:approved?)
      expect { handler.if_true(:done) }.to raise_error(NoMethodError)
      expect([handler].flatten).to eq([handler])
    end
  end

  describe "a go_to in a decision or a wait", req: "O-45" do
    def refusal(word = :wait_until, &body)
      expect { task_class("Wrong") { public_send(word, :start, &body) } }.to raise_error(ArgumentError) { |error| return error.message }
    end

    it "needs a condition above it" do
      expect(refusal { go_to :done }).to eq("Wrong, :start: go_to :done has no condition or after of its own above it, and each go_to " \
        "says where the one above it leads. Write: condition { ... } above go_to :done, or remove it")
      expect(refusal(:decision) { go_to :done }).to include("go_to :done has no condition of its own")
    end

    it "is one for each" do
      message = refusal do
        condition { true }
        go_to :done
        go_to :other
      end
      expect(message).to include("go_to :other has no condition")
      second = refusal do
        after 60
        go_to :a
        go_to :b
      end
      expect(second).to include("go_to :b has no condition or after")
    end

    it "may stand below all conditions, in their order" do
      task_class("Listed") do
        decision(:start) do
          condition { false }
          condition { true }
          go_to :first
          go_to :second
        end
        result :first
        result :second
      end
      expect(Listed.call).to be_in(:second)
    end

    it "does not go with if_true and if_false, which answer one condition" do
      mixed = refusal(:decision) do
        condition { true }
        go_to :a
        if_false :b
      end
      expect(mixed).to eq("Wrong, :start: if_true and if_false answer one condition, go_to answers each of many: write one way or the other")
      many = refusal(:decision) do
        condition { true }
        condition { false }
        if_true :a
      end
      expect(many).to include("there are 2: write go_to :state below each")
    end

    it "leaves a class that it refuses as it was" do
      task_class("Kept") { result :start }
      expect { Kept.class_eval { decision(:more) { go_to :start } } }.to raise_error(ArgumentError)
      expect(Kept.state_handlers.keys).to eq(%w[start])
    end
  end

  describe "a state that is declared twice", req: "O-45" do
    it "is refused in one class, with both lines" do
      line = __LINE__ + 1
      declare = lambda do
        action(:start) {}.then(:done)
        result :start
      end
      expect { task_class("Double") { class_exec(&declare) } }.to raise_error(ArgumentError,
        "Double has state :start twice, in dsl_spec.rb:#{line + 1} and in dsl_spec.rb:#{line + 2}: the second would hide the first. " \
        "Remove one, or give it another name")
    end

    it "so is an interaction" do
      line = __LINE__ + 1
      declare = lambda do
        interaction(:hurry!) { 1 }
        interaction(:hurry!) { 2 }
      end
      expect { task_class("Double") { class_exec(&declare) } }.to raise_error(ArgumentError,
        "Double has interaction :hurry! twice, in dsl_spec.rb:#{line + 1} and in dsl_spec.rb:#{line + 2}: the second would hide the first. " \
        "Remove one, or give it another name")
    end

    it "so is an interaction beside an attribute or model of its name, whichever comes first, also in a subclass" do
      line = __LINE__ + 1
      pairs = [
        [-> { has_attribute :approved, :boolean }, -> { interaction(:approved) {} }],
        [-> { has_model :approved, "User" }, -> { interaction(:approved) {} }],
        [-> { has_models :approved, "User" }, -> { interaction(:approved) {} }]
      ]
      pairs.each.with_index(line + 1) do |(field, interaction), place|
        [[field, interaction], [interaction, field]].each do |first, second|
          text = /Both has :approved as an attribute or model in dsl_spec.rb:#{place} and as an interaction in dsl_spec.rb:#{place}; one hides the other/
          expect { task_class("Both") { [first, second].each { |one| class_exec(&one) } } }.to raise_error(ArgumentError, text)
          task_class("Above") { class_exec(&first) }
          expect { task_class("Both", Above) { class_exec(&second) } }.to raise_error(ArgumentError, text)
        end
      end
    end

    it "is what a subclass may do, and a file that is loaded again" do
      body = proc do
        action(:start) { self.note = "one" }.then(:done)
        result :done
      end
      task_class("Upper") { has_attribute(:note) }
      2.times { Upper.class_exec(&body) }
      task_class("Lower", Upper) do
        action(:start) { self.note = "two" }.then(:done)
      end
      expect([Upper, Lower].map { |klass| klass.call.note }).to eq(%w[one two])
    end

    def from(file, line, klass, text) = klass.class_eval(text, file, line)

    it "is what another file may do, and a console" do
      task_class("Decorated") { result :start }
      from("decorator.rb", 7, Decorated, "action(:start) {}.then(:done); result :done")
      expect(Decorated.call).to be_in(:done)
      task_class("Typed")
      from("(irb)", 1, Typed, "result :start")
      from("(irb)", 2, Typed, "action(:start) {}.then(:done); result :done")
      expect(Typed.call).to be_in(:done)
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
