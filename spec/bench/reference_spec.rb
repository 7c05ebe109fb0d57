# frozen_string_literal: true

require "rbconfig"
require_relative "../../bench/reference/plain_operations"

# Tasks that are declared once for each side, word for word the same.
module ReferenceSpec
  REVIEW = proc do
    has_attribute :title, :string
    has_attribute :score, :integer, default: 0
    has_attribute :verdict, :string
    validates :title, presence: true
    starts_with :weigh
    delay 3600

    action(:weigh) { self.score = score + 1 }
    go_to :good?
    decision :good? do
      condition { score > 15 }
      go_to :done
      condition { score > 8 }
      go_to :judged?
      condition { score > 4 }
      go_to :broken
      condition { score == 4 }
      go_to :hand_over
    end
    wait_until :judged? do
      condition { verdict == "yes" }
      go_to :done
      condition { verdict == "no" }
      go_to :refuse
    end
    interaction(:judge!) { |verdict| self.verdict = verdict }.when :judged?
    action(:broken) { raise ArgumentError, "#{title} is broken" }
    go_to :done
    action(:hand_over) { %w[a b].each { |part| start self.class.part, title: "#{title}#{part}" } }
    go_to :done
    action(:refuse) { self.score = 0 }
    go_to :done
    result :done
  end

  PART = proc do
    has_attribute :title, :string
    starts_with :done
    result :done
  end

  def self.define(room, base)
    review, part = Class.new(base), Class.new(base)
    room.const_set(:Review, review)
    room.const_set(:Part, part)
    part.class_eval(&PART)
    review.class_eval(&REVIEW)
    review.define_singleton_method(:part) { part }
  end

  module Plain
    ReferenceSpec.define(self, PlainOperations::Task)
  end

  module Ours
    ReferenceSpec.define(self, Operations::Task)
  end

  # One implementation with its tasks, spoken to in the same words. It remembers the ids of what it started, in order.
  class Driver
    def initialize(operations, room, storage)
      @operations, @room, @ids = operations, room, []
      @before = [operations.storage_adapter, operations.executor_adapter]
      configure(storage, operations::Executor::Inline.new)
    end

    def restore = configure(*@before)

    def call_all(scores) = start(scores) { |values| @room::Review.call(**values).id }

    # Later and woken at once, so that the id of a task that fails is known too.
    def wake_all(scores)
      start(scores) { |values| @room::Review.later(**values).id.tap { |id| wake(storage.find(id)) } }
    end

    def later_all(scores) = start(scores) { |values| @room::Review.later(**values).id }

    def sleeping = titles(storage.sleeping_tasks)

    def wake_due = storage.sleeping_tasks.sort_by(&:title).each { |task| wake(task) }

    # @return [Array] what each task said to the verdict
    def judge_every(step, verdict) = @ids.each_slice(step).map { |id, *| judge(id, verdict) }

    def looks = @ids.map { |id| look(storage.find(id)) }

    def storage = @operations.storage

    private

    def configure(storage, executor)
      @operations.configure do |config|
        config.storage_adapter = storage
        config.executor_adapter = executor
      end
    end

    def start(scores) = @ids += scores.each_with_index.map { |score, i| yield({title: "review #{i}", score:}) }

    def wake(task)
      task.wake_up!
    rescue ArgumentError, @operations::NoDecision => error
      error
    end

    def judge(id, verdict)
      storage.find(id).judge!(verdict)
      :judged
    rescue @operations::InvalidState
      :refused
    end

    def look(task)
      [task.title, task.current_state, task.score, task.verdict, status(task),
        task.exception_class&.[](/\w+\z/), task.exception_message,
        task.sub_tasks.map { |part| [part.title, part.current_state, status(part)] }]
    end

    def titles(tasks) = tasks.map(&:title).sort

    def status(task) = %i[active waiting completed failed].find { |name| task.public_send(:"#{name}?") }
  end
end

RSpec.describe PlainOperations do
  plain_stores = {"live" => PlainOperations::Storage::Live, "isolated" => PlainOperations::Storage::Isolated}

  plain_stores.each do |name, store|
    context "with its #{name} storage, beside Operations" do
      let!(:drivers) do
        [ReferenceSpec::Driver.new(PlainOperations, ReferenceSpec::Plain, store.new),
          ReferenceSpec::Driver.new(Operations, ReferenceSpec::Ours, Operations::Storage::Memory.new)]
      end
      after { drivers.each(&:restore) }

      def both = drivers.map { |driver| yield driver }

      def expect_same(&block)
        plain, ours = both(&block)
        expect(ours).to eq plain
        plain
      end

      it "brings the same tasks to the same states", req: "O-16" do
        both { |driver| driver.wake_all(Array.new(60) { |i| i % 20 }) }
        expect(expect_same(&:looks).map { |look| look[4] }.tally).to include(:waiting, :completed, :failed)
        expect(expect_same { |driver| driver.judge_every(3, "yes") }).to include(:judged, :refused)
        expect(expect_same { |driver| driver.judge_every(2, "no") }).to include(:judged, :refused)
        expect_same(&:looks)
      end

      it "finds the same tasks asleep, before and after they were woken", req: "O-17" do
        both { |driver| driver.later_all([20, 20, 10]) }
        both { |driver| driver.call_all([3, 10]) }
        expect(expect_same(&:sleeping)).to contain_exactly("review 0", "review 0a", "review 0b", "review 1", "review 2")
        both(&:wake_due)
        expect(expect_same(&:sleeping)).to be_empty
        expect_same(&:looks)
      end

      it "deletes as much", req: "O-19" do
        both { |driver| driver.call_all([19, 19, 19]) }
        expect_same { |driver| driver.storage.delete_old(before: Time.now.utc + 60) }
        expect(expect_same { |driver| driver.storage.delete_old(before: Time.now.utc + 7_776_060) }).to eq 3
      end
    end
  end

  it "shares attributes with its live storage and not with the isolated one" do
    plain_stores.each do |name, store|
      driver = ReferenceSpec::Driver.new(PlainOperations, ReferenceSpec::Plain, store.new)
      task = ReferenceSpec::Plain::Review.later(title: +"as it was")
      task.title << ", and more"
      expect(driver.storage.find(task.id).title).to eq((name == "live") ? "as it was, and more" : "as it was")
      driver.restore
    end
  end
end

RSpec.describe "the programs in bench/" do
  tiny = {"COUNT" => "200", "ALIVE" => "50", "DUE" => "5", "ROUNDS" => "1", "SAMPLES" => "1", "SECONDS" => "0.001"}
  tables = {
    "task_transitions" => ["T1: transitions a second", "T1: whole tasks a second", "interpreter", "live / ours"],
    "task_wake" => ["T3: one call", "sleeping_tasks: 5 due", "delete_old", "isolated / ours"],
    "task_memory" => ["T4: resident memory", "isolated", "ours", "GC.start"]
  }

  tables.each do |program, words|
    it "prints a table: #{program}" do
      path = File.expand_path("../../bench/#{program}.rb", __dir__)
      output, status = Programs.run_together(tiny, RbConfig.ruby, path)
      expect(status).to be_success, output
      expect(output).to include(*words)
    end
  end

  it "have a place for their tables in README.md, which measure.rb fills" do
    readme = File.read(File.expand_path("../../bench/README.md", __dir__))
    tables.each_key { |program| expect(readme).to match(/<!-- #{program} -->\n.+<!-- end -->/m) }
  end
end
