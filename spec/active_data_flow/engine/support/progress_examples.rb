# frozen_string_literal: true

RSpec.describe "[progress]" do
  include_context "flows in a database"

  # What is seen after each commit; a batch takes ten seconds of the program's clock.
  def seen(klass, **options)
    moment = Time.now
    allow(Time).to receive(:now) { moment }
    seen = []
    klass.run_now(**options) do |run|
      seen << (yield run)
      moment += 10
    end
    seen
  end

  def export(&more)
    flow do
      source :orders
      batch_size 20
      sink :exports
      class_eval(&more) if more
    end
  end

  # The statements that look for an end of the source.
  def looks
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sent << event.payload[:sql] }
    yield
    sent.grep(/ORDER BY "?`?orders`?"?."?`?id`?"?( DESC)? LIMIT 1\z/i)
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  it "is between the first key and the last, whatever is missing between them" do
    orders(100)
    Order.where(id: 30..40).delete_all
    shares = seen(export, &:progress)
    expect(shares.compact.first).to be_between(0.2, 0.9)
    expect(shares.last).to eq(1.0)
    expect(shares.compact).to eq(shares.compact.sort)
  end

  it "is stored with the run, for whoever looks" do
    orders(100)
    stored = seen(export) { |run| OrderExportFlow.runs.first.progress == run.progress }
    expect(stored).to all(be(true))
  end

  it "is of the rows that are new" do
    orders(50)
    klass = export { read :new }
    klass.run_now
    orders_from(51, 100)
    first = seen(klass, &:progress).compact.first
    expect(first).to be < 0.9
  end

  def orders_from(first, count)
    Order.insert_all!(Array.new(count) { |index| {id: first + index, number: "B#{index}", name: "more", net: 1} }, record_timestamps: false)
  end

  it "is not looked for in a run that takes no second, and in a long one once" do
    orders(100)
    expect(looks { export.run_now }.size).to eq(0)
    expect(looks { seen(export(&:itself), restart: true, &:progress) }.size).to be <= 2
  end
end
