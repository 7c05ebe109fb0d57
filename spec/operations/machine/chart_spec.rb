# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Chart do
  # What is said at the first use of a class.
  def refusal(klass)
    klass.new
    nil
  rescue Operations::InvalidPlan => error
    error.message
  end

  describe "errors: the class does not run, and is told class, state and fix" do
    it "has no handler for its first state", req: "O-43" do
      task_class("Lost") do
        action(:prepare) {}.then(:done)
        result :done
      end
      expect(refusal(Lost)).to include("Lost", ":start", ":prepare", "starts_with :prepare")
    end

    it "has no states at all" do
      expect(refusal(task_class("Empty"))).to include("Empty", "no states")
    end

    it "is a base that does not say so" do
      task_class("ApplicationTask")
      task_class("Approval", ApplicationTask) { result :start }
      expect(refusal(Approval)).to be_nil
      expect { ApplicationTask.call }.to raise_error(Operations::InvalidPlan, "ApplicationTask has no states, and starts with :start. " \
        "Write: action(:start) { ... }, and a result to end with. Is it meant as a base for other classes? Then write: self.abstract_class = true")
    end

    it "goes to a state that does not exist, with the place in the file and a guess" do
      task_class("Typo") do
        action(:start) {}.then(:aproved)
        result :approved
      end
      expect(refusal(Typo)).to include("Typo", ":start", ":aproved", "Did you mean :approved?", "chart_spec.rb:")
    end

    {
      "the go_to line of an action" => proc {
        action(:start) {}
        go_to :nowhere
      },
      "the go_to of a decision" => proc {
        decision(:start) do
          condition { true }
          go_to :nowhere
        end
      },
      "if_true" => proc {
        decision(:start) do
          condition { true }
          if_true :nowhere
          if_false :done
        end
      },
      "if_false" => proc {
        decision(:start) do
          condition { true }
          if_true :done
          if_false "nowhere"
        end
      },
      "the go_to of a wait" => proc {
        wait_until(:start) do
          condition { true }
          go_to :nowhere
        end
      },
      "the go_to of an after" => proc {
        wait_until(:start) do
          after 60
          go_to :nowhere
        end
      }
    }.each do |place, states|
      it "finds it in #{place}" do
        task_class("Stray", &states)
        Stray.result :done
        expect(refusal(Stray)).to match(/Stray.*:start.*:nowhere/).and include(":done")
      end
    end

    it "has an interaction that names an unknown state" do
      task_class("Guarded") do
        interaction(:poke!) {}.when(:done, :asleep)
        result :start
        result :done
      end
      expect(refusal(Guarded)).to include("Guarded", "poke!", ":asleep", ".when")
    end

    it "tells all of them at once" do
      task_class("Many") do
        action(:start) {}.then(:nowhere)
        interaction(:poke!) {}.when(:asleep)
        result :done
      end
      expect(refusal(Many).lines.size).to eq(2)
    end

    it "tells them at every use, also of the other doors" do
      task_class("Lost") { result :done }
      3.times { expect(refusal(Lost)).to include("Lost") }
      [-> { Lost.call }, -> { Lost.later }, -> { Lost.test(:done) }].each do |door|
        expect(&door).to raise_error(Operations::InvalidPlan, /Lost/)
      end
      expect(Operations.storage.all).to be_empty
    end

    it "does not close a class that it refuses: in a console the author may go on" do
      task_class("Unfinished") { action(:start) {}.then(:done) }
      expect(refusal(Unfinished)).to include(":done")
      Unfinished.result :done
      expect(Unfinished.call).to be_completed
    end

    it "is raised as an Operations::Error", req: "O-56" do
      expect(Operations::InvalidPlan).to be < Operations::Error
    end
  end

  describe "an after that the timeout forestalls" do
    it "meets the author with these words", req: "O-46" do
      task_class("InvoiceApproval") do
        starts_with :approved?
        wait_until :approved? do
          after 3 * 86_400
          go_to :done
        end
        result :done
      end
      expect(refusal(InvoiceApproval)).to eq("InvoiceApproval waits 3 days in :approved? (after), but its timeout is 24 hours (the default). Write: timeout 30 * 86_400, or timeout nil")
    end

    def waiting(timeout, after)
      task_class("Patience") do
        timeout timeout
        wait_until(:start) do
          after after
          go_to :done
        end
        result :done
      end
    end

    it "counts when both are equal, and says the timeout that was given" do
      expect(refusal(waiting(3600, 3600))).to match(/Patience waits 1 hour in :start \(after\), but its timeout is 1 hour\. Write: timeout/)
    end

    it "is no error when the timeout is longer, or none" do
      expect(refusal(waiting(3601, 3600))).to be_nil
      expect(refusal(waiting(nil, 10**6))).to be_nil
    end
  end

  describe "a retry_on that the timeout forestalls", req: "O-46" do
    def trying(timeout, parent = Operations::Task, **options)
      task_class("Upload", parent) do
        timeout timeout unless timeout == :default
        retry_on IOError, "Net::OpenTimeout", **options
        action(:start) {}.then(:done)
        result :done
      end
    end

    it "meets the author with these words" do
      expect(refusal(trying(:default, wait: 2 * 86_400))).to eq("Upload waits 2 days to try again after IOError, Net::OpenTimeout (retry_on), " \
        "but its timeout is 24 hours (the default). Write: timeout 20 * 86_400, or timeout nil, or a shorter wait:")
      expect(refusal(trying(60, wait: 60))).to match(/Upload waits 1 minute .* but its timeout is 1 minute\. Write: timeout 10 \* 60/)
    end

    it "is no error when the timeout is longer or none, the wait is worked out, or there is no second try" do
      expect(refusal(trying(61, wait: 60))).to be_nil
      expect(refusal(trying(nil, wait: 10**6))).to be_nil
      expect(refusal(trying(10, wait: ->(_tries) { 60 }))).to be_nil
      expect(refusal(trying(1, wait: :polynomially_longer))).to be_nil
      expect(refusal(trying(10, wait: 60, attempts: 1))).to be_nil
    end

    it "is none where a subclass has a shorter wait for the same errors" do
      parent = task_class("Transfer") { retry_on IOError, "Net::OpenTimeout", wait: 2 * 86_400 }
      expect(refusal(trying(:default, parent, wait: 60))).to be_nil
    end
  end

  describe "warnings: the class runs" do
    def warnings(&body) = task_class("Doubtful", &body).plan.warnings

    it "has none for a flowchart that is whole" do
      [Samples::Sleeper, Samples::Fragile, Samples::Instant, Samples::Approval].each do |klass|
        expect(klass.plan.errors + klass.plan.warnings).to be_empty
      end
    end

    it "warns of a delay that the timeout forestalls", req: "O-46" do
      wait = proc do
        delay 600
        timeout 600
        wait_until(:start) do
          condition { true }
          go_to :done
        end
        result :done
      end
      expect(warnings(&wait)).to contain_exactly(a_string_including("Doubtful", ":start", "10 minutes (delay)", "its timeout is 10 minutes", "first look",
        "timeout 2 * 3_600", "chart_spec.rb:"))
      expect(warnings { [instance_exec(&wait), first_wake(:immediate)] }).to contain_exactly(a_string_including("second look"))
      expect(warnings { [instance_exec(&wait), timeout(601)] }).to be_empty
      expect(warnings { [instance_exec(&wait), timeout(nil)] }).to be_empty
    end

    it "warns of a state that nothing leads to" do
      expect(warnings {
        result :start
        result :island
      }).to contain_exactly(a_string_including("Doubtful", ":island", "go_to :island"))
    end

    it "warns of a chart without a result" do
      expect(warnings {
        wait_until(:start) {}
      }).to include(a_string_including("Doubtful", "no result", "result :done"))
    end

    it "warns of an action without a next state, whose block does not go there either", req: "O-44" do
      expect(warnings {
        action(:start) { self.class }
        result :done
      }).to contain_exactly(a_string_including("Doubtful", ":start", "go_to"))
      expect(warnings {
        action(:start) { go_to :done }
        result :done
      }).to be_empty
    end

    it "warns of a decision without a condition" do
      expect(warnings {
        decision(:start) { if_true :done }
        result :done
      }).to include(a_string_including("Doubtful", ":start", "condition"))
    end

    it "warns of an after that leads nowhere" do
      expect(warnings {
        wait_until(:start) do
          condition { true }
          go_to :done
          after 60
        end
        result :done
      }).to include(a_string_including("Doubtful", ":start", "after", "go_to"))
    end

    it "warns of a condition that leads nowhere", req: "O-45" do
      expect(warnings {
        wait_until(:start) do
          condition { false }
          go_to :done
          condition { true }
        end
        result :done
      }).to contain_exactly(a_string_including("Doubtful", "condition without a go_to", "wait_until :start", "chart_spec.rb:"))
    end

    it "has none for states that blocks of actions, interactions and on_timeout lead to", req: %w[O-44 O-45 O-47] do
      expect(warnings {
        starts_with :ask
        on_timeout { go_to :late }
        action(:ask) { broke? ? go_to(:refused) : go_to(:asked) }
        wait_until(:asked) {}
        interaction(:approve!) { go_to :approved }.when(:asked)
        interaction(:cancel!) { cancel }
        define_method(:cancel) { go_to :cancelled }
        decision(:late) do
          condition { true }
          if_true { |_| remind? ? :asked : :forgotten }
          if_false :forgotten
        end
        %i[approved refused cancelled forgotten].each { |state| result state }
      }).to be_empty
    end

    it "knows where the block of retry_on leads" do
      klass = task_class("Rescued") do
        retry_on(IOError) { |task| task.go_to :by_hand }
        retry_on(KeyError) { |task| task.go_to :by_hnd }
        action(:start) {}.then(:done)
        result :by_hand
        result :done
      end
      expect(klass.plan.warnings).to contain_exactly(a_string_starting_with("Rescued may go after its last try to :by_hnd")
        .and(a_string_ending_with("Did you mean :by_hand? Check the go_to in the block of retry_on.")))
      expect(klass.to_mermaid).to include("retry_on")
    end

    it "warns of a wait that nothing ends", req: "O-45" do
      klass = task_class("Stuck") do
        starts_with :rest
        wait_until(:rest) {}
        wait_until(:other) {}
        interaction(:go_on!) { go_to :done }.when(:other)
        interaction(:begin!) { go_to :other }.when(:done)
        result :done
      end
      expect(klass.plan.warnings.first).to start_with("Stuck never leaves wait_until :rest: it has no condition and no after, and no " \
        "interaction may be called there. Write: condition { ... } and go_to :state in it")
      expect(klass.plan.warnings.grep(/never leaves/).size).to eq(1)
    end

    it "warns of states that only blocks out of reach lead to", req: "O-45" do
      expect(warnings {
        result :start
        result :island
        wait_until(:bay) {}
        interaction(:swim!) { go_to :island }.when(:bay)
      }).to contain_exactly(a_string_including(":island"), a_string_including(":bay"))
    end

    it "keeps quiet about states where a block may lead anywhere", req: "O-45" do
      expect(warnings {
        wait_until(:start) {}
        interaction(:send_to!) { |state| go_to state }
        result :done
      }).to be_empty
    end

    it "warns of states that do not exist in blocks, whose line may never run", req: %w[O-44 O-45 O-47] do
      told = warnings {
        on_timeout { go_to :dona }
        decision(:start) do
          condition { true }
          if_true { :dono }
          if_false :wait
        end
        wait_until(:wait) {}
        action(:rest) { go_to :doen }.then(:done)
        interaction(:skip!) { go_to :rset }.when(:wait)
        interaction(:finish!) { done? ? go_to(:done) : go_to(:rest) }
        result :done
      }
      expect(told).to contain_exactly(
        a_string_matching(/\ADoubtful .* :start to :dono,.* Did you mean :done\? Check the go_to in the block of :start \(chart_spec.rb:\d+\)\.\z/),
        a_string_matching(/\ADoubtful .* :rest to :doen,.* Did you mean :done\? Check the go_to in the block of :rest \(chart_spec.rb:\d+\)\.\z/),
        a_string_matching(/\ADoubtful#skip! may go to :rset,.* Did you mean :rest\? Check the go_to in interaction :skip!\.\z/),
        a_string_matching(/\ADoubtful may go on timeout to :dona,.* Did you mean :done\? Check the go_to in on_timeout\.\z/)
      )
      expect(Doubtful.plan.errors).to be_empty
    end

    it "knows what a subclass says anew", req: "O-53" do
      task_class("Doubtful") do
        wait_until(:start) {}
        interaction(:finish!) { leave }
        define_method(:leave) { go_to :done }
        result :done
        result :gone
      end
      expect(Doubtful.plan.warnings).to contain_exactly(a_string_including(":gone"))
      expect(task_class("Going", Doubtful) { define_method(:leave) { go_to :gone } }.plan.warnings).to contain_exactly(a_string_including(":done"))
    end

    it "does not keep such a class from running" do
      task_class("Doubtful") do
        action(:start) { go_to :done }
        result :done
        result :island
      end
      expect(Doubtful.call).to be_completed
    end

    it "can be asked for before the class is used, which stays open" do
      task_class("Open") { result :start }
      expect(Open.plan.warnings).to be_empty
      Open.result :more
      expect(Open.plan.warnings).not_to be_empty
    end
  end

  it "refuses one commit for an action on a storage that cannot keep that promise" do
    task_class("Booking") do
      action(:start, transaction: true) {}.then(:done)
      result :done
    end
    expect(refusal(Booking)).to include("Booking", ":start", "Operations::Storage::Memory", "transaction: true")
  end
end
