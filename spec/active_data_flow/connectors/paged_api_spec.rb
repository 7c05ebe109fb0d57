# frozen_string_literal: true

# The source that guides/writing-a-connector.md shows, against a server of its own.
RSpec.describe "A flow from a paged API" do
  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(log)
    GuideClass.load("writing-a-connector.md", "TicketFeedSource")
  end

  after { Operations.logger = nil }

  around { |example| Eventually.ends(example) }

  let(:log) { StringIO.new }
  let(:written) { [] }

  def flow(api, batch_size: 3, &more)
    written = self.written
    stub_const("TicketFlow", Class.new(ActiveDataFlow::Base) do
      source TicketFeedSource.new(url: api.url)
      batch_size(batch_size)
      sink { |row| written << row }
      class_exec(&more) if more
    end)
  end

  def statuses(api) = api.answers.map(&:status)

  it "brings each row once, in order, over pages of any size, empty ones among them", req: "E-30" do
    PagedApi.open([0, 4, 0, 0, 7, 1, 0]) do |api|
      [1, 3, 100].each do |batch_size|
        written.clear
        run = flow(api, batch_size:).run_now
        expect(written.map { |row| row.transform_keys(&:to_s) }).to eq(api.tickets)
        expect(run.counts).to include(read: 12, new: 12)
      end
      expect(api.asked).to eq([*0..6] * 3)
    end
  end

  it "waits as long as it is told to, and goes on, however little it may ask for at a time" do
    PagedApi.open([2, 0, 0, 0, 3, 1], at_once: 1) do |api|
      run = flow(api).run_now
      expect(written.map { |row| row[:number] }).to eq([*1..6])
      expect(statuses(api)).to eq([200, 429] * 5 + [200])
      expect(ActiveDataFlow::RunStore.memory.find(run.id)).to have_attributes(attempt: 0, deaths: 0, rows_rejected: 0)
      expect(log.string.scan("is throttled for 0.0 seconds").size).to eq(5)
    end
  end

  it "asks once more where a connection is lost in the middle of a page, or the service is down" do
    PagedApi.open([3, 3, 3], troubles: {1 => %i[reset cut reset], 2 => %i[down cut]}) do |api|
      flow(api).run_now
      expect(written.map { |row| row[:number] }).to eq([*1..9])
      expect(statuses(api)).to include(:reset, :cut, 503)
      expect(api.asked.uniq).to eq([0, 1, 2])
    end
  end

  it "ends at its last commit where that does not help, and goes on there the next time, at the page and the row" do
    PagedApi.open([3, 5, 2], troubles: {2 => [:down] * 5}) do |api|
      klass = flow(api, batch_size: 2) { transform { |row| row[:number] == 6 && TEARS.shift && raise("torn") } }
      stub_const("TEARS", [1])
      expect { klass.run_now }.to raise_error("torn")
      expect(klass.runs.first.cursor).to match(/\A.*1x\w+.*2/)
      expect { klass.run_now }.to raise_error(IOError, /was answered with 503/)
      expect(klass.run_now).to be_success
      expect(written.map { |row| row[:number] }).to eq([*1..10])
      expect(api.asked).to eq([0, 1, 1, *[2] * 5, 2])
    end
  end

  it "gets another token when the one it has is no longer taken" do
    PagedApi.open([2, 2, 2, 2, 2], token_for: 2) do |api|
      flow(api).run_now
      expect(written.map { |row| row[:number] }).to eq([*1..10])
      expect([statuses(api), api.tokens]).to eq([[200, 200, 401, 200, 200, 401, 200], 3])
    end
  end

  it "starts over, once, where its cursor is no longer known" do
    PagedApi.open([2, 2, 2], troubles: {2 => [:gone]}) do |api|
      run = flow(api).run_now
      expect(written.map { |row| row[:number] }).to eq([1, 2, 3, 4, *1..6])
      expect(run.counts).to include(read: 10, new: 10)
      expect(log.string).to include("is gone); starts over at the first row")
    end
  end

  it "ends where the same cursor is unknown again, or there was no commit between" do
    PagedApi.open([2, 2, 2], troubles: {2 => %i[gone gone]}) do |api|
      klass = flow(api)
      expect { klass.run_now }.to raise_error(ActiveDataFlow::CursorExpired, /is gone/)
      expect(api.asked).to eq([0, 1, 2, 0, 1, 2])
    end
    PagedApi.open([2, 2, 2], troubles: {0 => [nil, :gone], 2 => [:gone]}) do |api|
      klass = flow(api)
      expect { klass.run_now }.to raise_error(ActiveDataFlow::CursorExpired)
      expect(api.asked).to eq([0, 1, 2, 0])
    end
  end

  shared_examples "a flow that is killed" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.join(__dir__, "support/paged_api_kills.rb"), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "goes on at the page and the row", req: %w[A-33 E-30] do
      kept("kills")
    end

    it "loses and doubles nothing by anything that may happen" do
      kept("troubles")
    end
  end

  context "into SQLite" do
    include_examples "a flow that is killed", "sqlite"
  end

  context "into PostgreSQL", :postgresql do
    include_examples "a flow that is killed", "postgresql"
  end
end
