# frozen_string_literal: true

RSpec.describe "How far a run has come" do
  before { ActiveDataFlow::RunStore.reset! }

  let(:rows) { Array.new(10) { |index| {id: index + 1} } }

  # What is seen after each commit; a batch takes ten seconds.
  def seen(klass, **options)
    moment = TaskHelpers::NOON
    stop_clock(moment)
    seen = []
    klass.run_now(**options) do |run|
      seen << yield(run)
      stop_clock(moment += 10)
    end
    seen
  end

  it "is where its cursor stands, from its second second on" do
    klass = running(rows) { batch_size 2 }
    expect(seen(klass, &:progress)).to eq([nil, 0.4, 0.6, 0.8, 1.0])
    expect(klass.runs.first.progress).to eq(1.0)
  end

  it "says when it will be done, to the second, by what it did since it was started" do
    klass = running(rows) { batch_size 2 }
    ahead = seen(klass, &:eta).map { |moment| moment && moment - TaskHelpers::NOON }
    expect(ahead).to eq([nil, 25.0, 33.0, 37.0, nil])
  end

  it "goes on from where it stopped" do
    klass = running(rows) { batch_size 2 }
    seen(klass) { |run| run.pause! if run.counts[:read] == 2 }
    expect(klass.runs.first).to have_attributes(status: "paused", progress: 0.4, eta: nil)
    klass.runs.first.resume!
    expect(seen(klass) { |run| run.eta&.then { |moment| (moment - TaskHelpers::NOON).round(3) } }.compact).to eq([15.0])
  end

  it "is unknown of rows that nobody has counted" do
    klass = running(rows.each) { batch_size 2 }
    expect(seen(klass, &:progress)).to eq([nil, nil, nil, nil, 1.0])
  end
end
