# frozen_string_literal: true

# At its end others are enqueued.
class FirstFlow < OneRowFlow
  after_complete { NextFlow.enqueue_now }
  after_complete { 2.times { |shop| NextFlow.enqueue_later(shop:, wait: 60) } }
  after_complete { FirstFlow.in_between&.call }
  after_failure { NextFlow.enqueue_now }
end

class NextFlow < OneRowFlow
  has_attribute :shop, :integer
end

RSpec.shared_examples "chains of flows" do
  def chained = NextFlow.runs.reverse

  def first = store.runs("first").first

  it "are runs of what is enqueued at the end of another, each once, marked with that" do
    FirstFlow.run_now
    expect(chained.map { |run| [run.status, run.arguments] }).to eq([["pending", {}], ["pending", {"shop" => 0}], ["pending", {"shop" => 1}]])
    marks = chained.map { |run| now_of(run).triggered_by }
    expect(marks).to match(["run:#{first.id}:complete", *[/\Arun:#{first.id}:complete:\h{16}\z/] * 2])
    expect([queue.runs, now_of(first).callbacks_due]).to eq([[chained.first.id], 0])
  end

  it "go on once where the process is killed between the chained run's commit and the note that the callbacks were called" do
    killed { (FirstFlow.in_between = -> { die }) && FirstFlow.run_now }
    expect([now_of(first).callbacks_due, chained.size]).to eq([1, 3])
    store.callbacks_done(store.finish(claimed(chained.first)).id) # a worker was quick
    later(31)
    expect(sweep[:callbacks]).to eq(1)
    expect([now_of(first).callbacks_due, chained.map(&:status)]).to eq([0, %w[success pending pending]])
    expect(log.string).not_to include("already running")
  end

  it "begin anew with each failure of a run that is resumed, and with each run" do
    run = store.enqueue(flow_name: "first", arguments: {}, digest: "one")
    2.times do
      store.fail(claimed(run), RuntimeError.new("no"))
      expect(sweep[:callbacks]).to eq(1)
      store.callbacks_done(store.finish(claimed(chained.last)).id)
      store.resume(run.id)
    end
    expect(chained.map { |one| now_of(one).triggered_by }).to eq(["run:#{run.id}:failure:1", "run:#{run.id}:failure:2"])
  end

  it "are no matter of what is enqueued elsewhere" do
    FirstFlow.run_now
    expect(now_of(NextFlow.enqueue_now(shop: 9)).triggered_by).to be_nil
  end
end
