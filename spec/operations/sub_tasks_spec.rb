# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe Operations::SubTasks, req: "O-38" do
  let(:parent) { Samples::Sleeper.call.tap { |task| 3.times { |number| task.start(Samples::Sleeper, note: number.to_s) } } }
  let(:sub_tasks) { parent.sub_tasks }

  it "is Enumerable, in start order" do
    expect(sub_tasks.map(&:note)).to eq(%w[0 1 2])
    expect(sub_tasks.first.note).to eq("0")
    expect(sub_tasks.first(2).map(&:note)).to eq(%w[0 1])
    expect(sub_tasks.last.note).to eq("2")
    expect(sub_tasks[1].note).to eq("1")
    expect(sub_tasks.each_with_index.map { |task, index| [task.note, index] }).to eq([["0", 0], ["1", 1], ["2", 2]])
    expect(sub_tasks.each.next.note).to eq("0")
    expect(sub_tasks.select(&:waiting?).map(&:note)).to eq(%w[0 1 2])
    expect(sub_tasks.sort_by(&:note).map(&:note)).to eq(%w[0 1 2])
    expect(sub_tasks.include?(sub_tasks.to_a[1])).to be(true)
  end

  it "splats and compares like an Array" do
    first, *rest = *sub_tasks
    expect([first, *rest].size).to eq(3)
    expect(sub_tasks).to eq(sub_tasks.to_a)
    expect(sub_tasks).to eq(parent.unfinished_sub_tasks)
    expect([] + sub_tasks).to eq(sub_tasks.to_a)
  end

  it "counts without building a single task" do
    parent
    expect(Samples::Sleeper).not_to receive(:from_row)
    expect(Samples::Sleeper).not_to receive(:restore_from)
    expect([sub_tasks.size, sub_tasks.length, sub_tasks.count]).to eq([3, 3, 3])
    expect([sub_tasks.any?, sub_tasks.none?, sub_tasks.empty?]).to eq([true, false, false])
    expect([parent.unfinished_sub_tasks.size, parent.completed_sub_tasks.size, parent.failed_sub_tasks.any?]).to eq([3, 0, false])
    expect(parent.completed_sub_tasks).to be_none.and be_empty
  end

  it "looks at them when there is a block or a pattern" do
    expect(sub_tasks.count { |task| task.note == "1" }).to eq(1)
    expect(sub_tasks.any? { |task| task.note == "9" }).to be(false)
    expect(sub_tasks.none? { |task| task.note == "9" }).to be(true)
    expect(sub_tasks.all?(Samples::Sleeper)).to be(true)
    expect(sub_tasks.any?(Samples::Instant)).to be(false)
    expect(sub_tasks.count(sub_tasks.first)).to eq(1)
    expect(sub_tasks.one?(Samples::Instant)).to be(false)
  end

  it "hands out copies: changing one changes nothing that is stored" do
    sub_tasks.first.note = "changed"
    expect(sub_tasks.first.note).to eq("0")
  end

  it "returns itself from each, as every collection does" do
    expect(sub_tasks.each {}).to equal(sub_tasks)
  end

  it "shows what is in it" do
    expect(sub_tasks.inspect).to include("Samples::Sleeper", "asleep")
  end

  it "can be wide" do
    parent = Samples::Sleeper.call
    1_000.times { parent.start(Samples::Sleeper) }
    expect(parent.sub_tasks.size).to eq(1_000)
    expect(parent.unfinished_sub_tasks.count).to eq(1_000)
  end
end
