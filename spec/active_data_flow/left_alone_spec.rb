# frozen_string_literal: true

# Sources and sinks that want to be left alone for a while, and sources that no longer know where a run was.
RSpec.describe "A flow whose source or sink" do
  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(log)
  end

  after { Operations.logger = nil }

  around { |example| Eventually.ends(example) }

  let(:log) { StringIO.new }
  let(:written) { [] }
  let(:asked) { [] }

  def throttled(wait: 0.01) = ActiveDataFlow::Throttled.new(wait:)

  # Rows 1 to 5, two at a time. The block may refuse: it is told behind what is asked, and how often that was.
  def source(&refusing)
    asked = self.asked
    Class.new(ActiveDataFlow::Connector::Source) do
      define_method(:fetch) do |after:, limit:|
        asked << after
        refusing&.call(after, asked.count(after))
        (1..5).select { |id| id > (after || 0) }.first(limit).map { |id| {id:} }
      end
    end.new
  end

  def flow(from, into: written.method(:<<).to_proc, &more)
    stub_const("PatientFlow", Class.new(ActiveDataFlow::Base) do
      source from
      batch_size 2
      on_error :quarantine, budget: 5
      sink(->(row) { into.call(row[:id]) })
      class_exec(&more) if more
    end)
  end

  def counted(run) = run.counts.slice(:read, :new, :rejected)

  describe "asks to be left alone" do
    it "is asked again when the time is over, at the same place: no row is to blame" do
      run = flow(source { |after, times| raise throttled if after == 2 && times < 3 }).run_now
      expect(written).to eq([1, 2, 3, 4, 5])
      expect(asked).to eq([nil, 2, 2, 2, 4, 5])
      expect(counted(run)).to eq(read: 5, new: 5, rejected: 0)
      expect(log.string.scan("patient run 1 is throttled for 0.01 seconds (asked to wait 0.01 seconds); waits").size).to eq(2)
    end

    it "in a block of the author's: the row is not put aside" do
      times = 0
      run = flow(source) { transform { |row| raise ActiveDataFlow::Throttled.new(wait: 0.01) if row[:id] == 3 && (times += 1) == 1 } }.run_now
      expect([written, counted(run)]).to eq([[1, 2, 3, 4, 5], {read: 5, new: 5, rejected: 0}])
    end

    it "for a time that has passed already: it is asked again at once" do
      run = flow(source { |after, times| raise throttled(wait: -3) if after == 2 && times == 1 }).run_now
      expect([written, counted(run)]).to eq([[1, 2, 3, 4, 5], {read: 5, new: 5, rejected: 0}])
    end

    it "for what is no length of time: that is said where it was written" do
      ["60", nil, Time.now].each do |wait|
        klass = flow(source { |after, _times| raise throttled(wait:) if after == 2 })
        expect { klass.run_now(restart: true) }.to raise_error(ArgumentError, /\Acannot read #{Regexp.escape(wait.inspect)} as a length of time for Throttled\.new\(wait:\); write seconds/)
      end
    end

    it "in a block over a batch: no row is looked for" do
      sizes = []
      run = flow(source) { transform_batch { |batch| (sizes << batch.size) && sizes.size == 1 && raise(ActiveDataFlow::Throttled.new(wait: 0.01)) } }.run_now
      expect([sizes, counted(run)]).to eq([[2, 2, 2, 1], {read: 5, new: 5, rejected: 0}])
    end

    it "while it is written to: what it has taken is not handed over twice" do
      times = 0
      run = flow(source, into: ->(id) { (id == 4 && (times += 1) < 3) ? raise(throttled) : written << id }).run_now
      expect([written, counted(run)]).to eq([[1, 2, 3, 4, 5], {read: 5, new: 5, rejected: 0}])
    end

    it "for long: the run can be paused meanwhile, and its end would be no death" do
      klass = flow(source { |after, _times| raise throttled(wait: 3600) if after == 2 })
      waiting = Thread.new { klass.run_now }
      store = ActiveDataFlow::RunStore.memory
      sleep 0.01 until store.runs.first&.leaving == 1
      ActiveDataFlow::Run.new(store, store.runs.first).pause!
      expect(waiting.value).to be_paused
      expect([written, store.runs.first.leaving]).to eq([[1, 2], 0])
    end
  end

  describe "is to be left alone by throttle_on" do
    # Six rows, two at a time.
    def careful(&words) = flow(source, &words)

    it "is asked for before each batch, on the flow, and rests as long as one of them holds" do
      asked = []
      run = careful do
        define_method(:busy?) { (asked << current_run.counts[:read]) && [1, 2, 5].include?(asked.size) }
        throttle_on(backoff: 0.01) { busy? }
        throttle_on(backoff: -> { current_run && 0.02 }) { asked.size == 4 }
      end.run_now
      expect([written, counted(run)]).to eq([[1, 2, 3, 4, 5], {read: 5, new: 5, rejected: 0}])
      expect(log.string.scan(/patient run 1 is throttled for (\S+) seconds \(throttle_on at left_alone_spec\.rb:\d+\); waits/).flatten).to eq(%w[0.01 0.01 0.02 0.01])
    end

    it "says until when, and can be paused, resumed and cancelled meanwhile: neither an attempt nor a death" do
      busy = true
      klass = careful { throttle_on(backoff: 3600) { busy } }
      waiting = Thread.new { klass.run_now }
      store = ActiveDataFlow::RunStore.memory
      sleep 0.01 until store.runs.first&.throttled_until
      run = klass.runs.first
      expect([run.status, run.throttled_until]).to match(["in_progress", be_within(60).of(Time.now + 3600)])
      run.pause!
      expect(waiting.value).to be_paused.and have_attributes(throttled_until: nil)
      run.resume!
      busy = false
      expect(klass.run_now).to be_success
      expect(store.find(run.id)).to have_attributes(attempt: 0, deaths: 0, leaving: 0, throttled_until: nil)
    end

    it "ends the run by what its block raises" do
      klass = careful { throttle_on { raise KeyError, "no replica" } }
      expect { klass.run_now }.to raise_error(KeyError, "no replica")
      expect(klass.runs.first).to have_attributes(status: "failed", cursor: nil)
    end

    it "refuses a backoff that is no time, when it is asked" do
      klass = careful { throttle_on(backoff: -> { "soon" }) { true } }
      expect { klass.run_now }.to raise_error(ArgumentError, /backoff/)
    end
  end

  describe "no longer knows the cursor" do
    def expired = ActiveDataFlow::CursorExpired.new("the feed was made anew")

    it "is read from its beginning again, and the run says so" do
      run = flow(source { |after, times| raise expired if after == 4 && times == 1 }).run_now
      expect(written).to eq([1, 2, 3, 4, 1, 2, 3, 4, 5])
      expect(asked).to eq([nil, 2, 4, nil, 2, 4, 5])
      expect(run).to be_success
      expect(counted(run)).to eq(read: 9, new: 9, rejected: 0)
      expect(log.string).to include("patient run 1: its source no longer knows the place behind row 4 (the feed was made anew); starts over at the first row")
    end

    it "a second time at the same place: the run ends, and the next goes on there" do
      well = false
      klass = flow(source { |after, _times| raise expired if after == 4 && !well })
      expect { klass.run_now }.to raise_error(ActiveDataFlow::CursorExpired, "the feed was made anew")
      expect(klass.runs.map { |run| [run.status, run.cursor, run.rejects] }).to eq([["failed", "int:4", []]])
      well = true
      expect(klass.run_now.counts[:read]).to eq(9)
    end

    it "of nothing: the run ends" do
      klass = flow(source { |after, _times| raise expired if after.nil? })
      expect { klass.run_now }.to raise_error(ActiveDataFlow::CursorExpired)
      expect(asked).to eq([nil])
    end
  end
end
