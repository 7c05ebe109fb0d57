# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::BlockTargets do
  def of(klass = nil, &block) = described_class.of(block, klass).to_a

  def answer(&block) = described_class.answered_by(block).to_a

  describe ".of: the go_to calls in a block", req: "O-44" do
    it "finds literal states, each once, and says that these are all" do
      expect(of {}).to eq([[], false])
      expect(of { go_to :done }).to eq([["done"], false])
      expect(of { (amount > 1) ? go_to("done") : go_to(:asked) }).to eq([%w[done asked], false])
      expect(of { (amount > 1) ? go_to(:done) : (raise go_to(:done)) }).to eq([["done"], false])
    end

    it "finds those of a choice" do
      expect(of { go_to((amount > 1) ? :done : :asked) }).to eq([%w[done asked], false])
      targets, open = of { go_to(case amount when 1 then :one when 2 then :two else :many end) }
      expect([targets.sort, open]).to eq([%w[many one two], false])
    end

    it "finds those in blocks inside, and in rescue and ensure" do
      expect(of { [1].each { |_| tap { go_to :done } } }).to eq([["done"], false])
      targets, open = of do
        ask
      rescue IOError
        go_to :offline
      ensure
        go_to :done
      end
      expect([targets.sort, open]).to eq([%w[done offline], false])
    end

    it "finds those in the arguments' defaults" do
      expect(of { |by:, to: go_to(:asked)| go_to :done if by }).to eq([%w[asked done], false])
    end

    {
      "a state that is worked out" => proc { |to| go_to to },
      "a state out of a variable" => proc {
        to = :done
        go_to to
      },
      "a state put together" => proc { go_to :"#{kind}_done" },
      "one of which only a part is literal" => proc { go_to(verdict || :done) },
      "one out of a rescue" => proc {
        go_to(begin
          verdict
          :done
        rescue IOError
          :offline
        end)
      },
      "an argument list" => proc { go_to(*states) },
      "send" => proc { send(:go_to, :done) },
      "the method as an object" => proc { states.each(&method(:go_to)) },
      "another receiver, which may be the task" => proc { |task| task.go_to :done },
      "a block that is no Ruby" => :go_to.to_proc
    }.each do |what, block|
      it "is open for #{what}" do
        expect(described_class.of(block).open).to be(true)
      end
    end

    it "keeps the literal states of a block that is open" do
      expect(of { |to| given? ? go_to(to) : go_to(:done) }).to eq([["done"], true])
    end

    it "reads the methods of the author's that are called, private ones and those of modules, too" do
      way = Module.new { def give_up = go_to(:given_up) }
      klass = task_class("Walker") do
        include way

        def finish_off = (tired? ? give_up : finish_off)
        interaction(:jump!) { go_to :jumped }
        interaction(:fly!) { |to| go_to to }
        private def tired? = go_to(:tired)
      end
      targets, open = of(klass) { finish_off }
      expect([targets.sort, open]).to eq([%w[given_up tired], false])
      expect(of(klass) { jump! }).to eq([["jumped"], false])
      expect(of(klass) { fly! :home }).to eq([[], true])
      expect(of(klass) { [no_such_method, to_s, start(klass), complete] }).to eq([[], false])
    end

    it "runs nothing" do
      expect { of { raise "it ran" } }.not_to raise_error
    end

    it "is open where Ruby cannot tell" do
      hide_const("RubyVM::InstructionSequence")
      expect(of { go_to :done }).to eq([[], true])
      expect(answer { :done }).to eq([[], true])
    end
  end

  describe ".answered_by: the states that a block answers", req: "O-45" do
    it "finds literal ones, whichever way the block ends" do
      expect(answer { :done }).to eq([["done"], false])
      expect(answer { (amount > 1) ? :done : "asked" }).to eq([%w[done asked], false])
      expect(answer { :done if amount > 1 }).to eq([["done"], false])
      targets, open = answer do
        next :small if amount < 10
        raise "too much" if amount > 1000

        :large
      end
      expect([targets.sort, open]).to eq([%w[large small], false])
    end

    it "finds what a return says, in a block inside as well" do
      targets, open = answer do
        return :small if amount < 10
        items.each { |item| return :odd if item.odd? }
        :large
      end
      expect([targets.sort, open]).to eq([%w[large odd small], false])
      expect(answer { items.each { |item| return item } }.last).to be(true)
    end

    it "takes a go_to for the answer" do
      expect(answer { go_to :done }).to eq([["done"], false])
      expect(answer { (amount > 1) ? :large : go_to(:small) }).to eq([%w[large small], false])
    end

    it "is open for what is worked out" do
      expect(answer { verdict }).to eq([[], true])
      expect(answer { verdict || :done }.last).to be(true)
      targets, open = answer do
        verdict
        :done
      rescue IOError
        :offline
      end
      expect([targets, open]).to eq([[], true])
    end
  end

  describe ".told_by: what a block tells the task that it is given" do
    it "finds the states, and those of the author's methods and interactions" do
      klass = task_class("Told") do
        interaction(:jump!) { go_to :jumped }

        def give_up(why) = go_to(:given_up)
      end
      told = described_class.told_by(proc { |task, error| error ? task.jump! : task.go_to(:done) and task.give_up(error) }, klass)
      expect([told.targets.sort, told.open]).to eq([%w[done given_up jumped], false])
      expect(described_class.told_by(proc { |task, error| task.go_to(error.message) }, klass).open).to be(true)
      expect(described_class.told_by(proc { |task| task.note = "x" }, klass).to_a).to eq([[], false])
    end
  end

  it "gives tasks no constant that would hide the author's" do
    %i[BlockTargets Instructions Found NOWHERE ANYWHERE].each { |name| expect(Operations::Task.const_defined?(name, true)).to be(false) }
  end

  it "is done for the plan only: a block is never read again when it runs" do
    klass = Samples::Approval
    klass.new
    expect(RubyVM::InstructionSequence).not_to receive(:of)
    klass.call(amount: 500).refuse!
  end
end
