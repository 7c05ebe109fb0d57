# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Handlers::Compiled, req: "X-02" do
  it "leaves no public method behind" do
    task_class("Silent") do
      action(:start) {}.then(:choose)
      decision(:choose) do
        condition { true }
        if_true { :done }
      end
      result :done
    end
    expect(Silent.public_instance_methods(false)).to be_empty
    expect(Silent.call).to be_completed
  end

  it "never takes a method of the author's for the state of that name" do
    task_class("Namesake") do
      has_attribute :log, :json, default: []
      starts_with :greet
      action(:greet) { self.log = log + [greet("Ada")] }.then(:done?)
      wait_until(:done?) do
        condition { done?("by now") }
        go_to :done!
      end
      action(:done!) { self.log = log + [:done.to_s] }.then(:end)
      result :end

      def greet(name) = "Hello #{name}"

      def done?(_when) = true
    end
    task = Namesake.call.wake_up!
    expect(task).to be_completed
    expect(task.log).to eq(["Hello Ada", "done"])
  end

  it "keeps states apart whose names differ in one sign" do
    task_class("Signs") do
      has_attribute :log, :json, default: []
      starts_with :done?
      action(:done?) { self.log = log + ["?"] }.then(:done!)
      action(:done!) { self.log = log + ["!"] }.then(:"really done")
      action(:"really done") { self.log = log + [" "] }.then(:done)
      result :done
    end
    expect(Signs.call.log).to eq(["?", "!", " "])
  end

  it "lets a block end early, with next or with return" do
    task_class("Early") do
      has_attribute :word
      has_attribute :seen, :boolean, default: false
      action(:start) do
        next if word == "next"
        return if word == "return"

        self.seen = true
      end.then(:choose)
      decision(:choose) do
        condition do
          return true if word == "return"

          word == "next"
        end
        if_true :early
        if_false :late
      end
      result :early
      result :late
    end
    expect(%w[next return other].map { |word| Early.call(word:) }.map { |task| [task.current_state, task.seen] })
      .to eq([["early", false], ["early", false], ["late", true]])
  end

  it "lets the answers of a decision and on_timeout end early, with return", req: "O-41" do
    task_class("Returns") do
      has_attribute :word
      starts_with :choose
      decision(:choose) do
        condition { word }
        if_true do
          %w[a b].each { |known| return :known if known == word }
          return :other
        end
        if_false { return :patience }
      end
      wait_until(:patience) {}
      on_timeout do
        go_to :known
        return if in?(:known)
        raise "never"
      end
      result :known
      result :other
    end
    expect(%w[b x].map { |word| Returns.call(word:).current_state }).to eq(%w[known other])
    task = Returns.call
    task.update!(timeout_at: Time.now - 1)
    expect(task.wake_up!).to be_in(:known)
    expect(Returns.plan.warnings).to be_empty
    expect(Returns.to_mermaid).to include(%(s0 -.->|"yes"| s2), %(s0 -.->|"yes"| s3), %(s0 -.->|"no"| s1))
  end

  it "has a subclass inherit on_timeout, or replace it", req: "O-53" do
    task_class("Elder") do
      starts_with :patience
      wait_until(:patience) {}
      on_timeout { go_to :late }
      result :late
      result :later
    end
    task_class("Younger", Elder)
    task_class("Youngest", Elder) { on_timeout { go_to :later } }
    ends = [Elder, Younger, Youngest].map { |klass| klass.call.tap { |task| task.update!(timeout_at: Time.now - 1) }.wake_up!.current_state }
    expect(ends).to eq(%w[late late later])
  end

  it "lets an interaction end early with next" do
    task_class("EarlyCall", Samples::Sleeper) do
      interaction(:maybe!) do |sure = false|
        next unless sure

        self.awake = true
      end
    end
    task = EarlyCall.call
    expect(task.maybe!).to be_waiting
    expect(task.maybe!(true)).to be_completed
  end

  it "runs a block with parameters as Ruby does: a condition is given the task, an action nothing" do
    seen = []
    task_class("Parameters") do
      action(:start) { |*given, **keywords| seen << [given, keywords] }.then(:choose)
      decision(:choose) do
        condition { |task| seen << task.equal?(self) }
        if_true { |other = :none| seen << other and :done }
      end
      result :done
    end
    expect(Parameters.call).to be_completed
    expect(seen).to eq([[[], {}], true, :none])
  end

  it "sees the block's own surroundings" do
    words = %w[one two]
    task_class("Closure") do
      has_attribute :log
      action(:start) { self.log = words.join("+") }.then(:done)
      result :done
    end
    expect(Closure.call.log).to eq("one+two")
  end

  describe "and subclasses", req: "O-53" do
    before do
      task_class("Parental") do
        has_attribute :log
        action(:start) { self.log = "parent, #{word}" }.then(:sure?)
        decision(:sure?) do
          condition { word == "parent" }
          if_true :done
          if_false :other
        end
        result :done
        result :other

        def word = "parent"
      end
    end

    it "run what they inherit with themselves as self" do
      task_class("Filial", Parental) { def word = "child" }
      expect(Filial.call).to have_attributes(log: "parent, child", current_state: "other")
    end

    it "can replace a state without touching the parent" do
      task_class("Filial", Parental) do
        action(:start) { self.log = "child" }.then(:done)
      end
      expect(Filial.call).to have_attributes(log: "child", current_state: "done")
      expect(Parental.call).to have_attributes(log: "parent, parent", current_state: "done")
    end
  end

  describe "and whoever overrides the way blocks are run" do
    it "runs every block of a task class through its instance_exec and instance_eval" do
      seen = []
      task_class("Traced") do
        action(:start) {}.then(:choose)
        decision(:choose) do
          condition { true }
          if_true { :done }
        end
        result :done
        define_method(:instance_exec) { |*given, &block| seen << [:exec, given] and super(*given, &block) }
        define_method(:instance_eval) { |&block| seen << [:eval] and super(&block) }
      end
      expect(Traced.call).to be_completed
      expect(seen).to eq([[:exec, []], [:eval], [:exec, []]])
    end

    it "does so for a module that is included or prepended" do
      seen = []
      tracer = Module.new { define_method(:instance_exec) { |*given, &block| seen << :exec and super(*given, &block) } }
      task_class("Included", Samples::Fragile) { include tracer }
      task_class("Prepended", Samples::Fragile) { prepend tracer }
      [Included, Prepended].each { |klass| klass.call(broken: false) }
      expect(seen).to eq(%i[exec exec])
    end

    it "does so for one object only" do
      task = Samples::Fragile.new(broken: false)
      seen = []
      task.define_singleton_method(:instance_exec) { |*given, &block| seen << :exec and super(*given, &block) }
      task.call
      Samples::Fragile.call(broken: false)
      expect(seen).to eq([:exec])
    end

    it "does so for one object that is extended" do
      seen = []
      tracer = Module.new { define_method(:instance_exec) { |*given, &block| seen << :exec and super(*given, &block) } }
      Samples::Fragile.new(broken: false).extend(tracer).call
      expect(seen).to eq([:exec])
    end

    it "does so for a spy" do
      task = Samples::Fragile.new(broken: false)
      allow(task).to receive(:instance_exec).and_call_original
      task.call
      expect(task).to have_received(:instance_exec).once
    end
  end
end
