# frozen_string_literal: true

# Sources of other people, as small as they can be.
module SourceExamples
  ROWS = (1..7).map { |id| {id:, name: "n#{id}"}.freeze }.freeze

  class Fetches < ActiveDataFlow::Connector::Source
    attribute :rows, default: ROWS

    def fetch(after:, limit:)
      rows.map { |row| row.transform_keys(&:to_sym) }.select { |row| row[:id] > (after || 0) }.first(limit)
    end
  end

  class Yields < ActiveDataFlow::Connector::Source
    def each(batch_size: 1000, start_id: nil)
      ROWS.each { |row| yield row if row[:id] > (start_id || 0) }
    end
  end

  class YieldsMessages < ActiveDataFlow::Connector::Source
    def each = ROWS.each { |row| yield ActiveDataFlow::Message::Typed.new(row, schema: {id: :integer}) }
  end

  # Pages of any size with cursors that mean nothing to us; one of them is empty.
  class Pages < ActiveDataFlow::Connector::Source
    PAGES = {nil => [ROWS[0, 3], "b"], "b" => [[], "c"], "c" => [ROWS[3, 3], "d"], "d" => [ROWS[6, 1], nil]}.freeze

    def fetch(after:, limit:)
      rows, cursor = PAGES.fetch(after)
      Page.new(rows, cursor:)
    end
  end

  # Two columns say where a row stands.
  class Composite < ActiveDataFlow::Connector::Source
    def fetch(after:, limit:) = ROWS.select { |row| (position_of(row) <=> (after || [0, ""])) == 1 }.first(limit)

    def position_of(row) = [row[:id] / 3, row[:name]]
  end
end

RSpec.describe ActiveDataFlow::Connector::Source do
  SourceExamples.constants.map { |name| SourceExamples.const_get(name) }.grep(Class).each do |example|
    describe "one that #{example.name[/\w+\z/]}", req: %w[E-01 E-06] do
      let(:source) { example.new }
      let(:expected) { SourceExamples::ROWS }

      it_behaves_like "a source connector"
    end
  end

  def subclass(&) = Class.new(described_class, &)

  it "yields nothing by itself: it says what has to be written", req: "E-01" do
    expect { described_class.new.each { |row| row } }.to raise_error(NotImplementedError,
      "ActiveDataFlow::Connector::Source has neither fetch(after:, limit:) nor each(batch_size:, start_id:). " \
      "Write one of them: fetch returns an Array of rows, empty at the end; each yields them.")
    expect { subclass.new.fetch(after: nil, limit: 1) }.to raise_error(NotImplementedError, /An anonymous connector has neither/)
  end

  it "hands on batch_size and start_id, from fetch to each and from each to fetch" do
    calls = []
    fetching = subclass { define_method(:fetch) { |after:, limit:| calls.push([after, limit]) && [{id: 8}].reject { after == 8 } } }
    fetching.new.each(batch_size: 5, start_id: 7).to_a
    yielding = subclass { define_method(:each) { |batch_size: 1000, start_id: nil, &block| calls.push([start_id, batch_size]) && block.call({id: 8}) } }
    expect(yielding.new.fetch(after: 7, limit: 5)).to eq([{id: 8}])
    expect(calls).to eq([[7, 5], [8, 5], [7, 5]])
    fetching.new.first
    expect(calls.last).to eq([nil, 1000])
  end

  it "finds the id of a row whatever its key is" do
    message = ActiveDataFlow::Message::Untyped.new({"id" => 3})
    expect([{id: 1}, {"id" => 2}, message].map { |row| described_class.new.position_of(row) }).to eq([1, 2, 3])
  end

  it "says of a page what its rows and its cursor can be" do
    [["b", 2], {page: 2}].each do |cursor|
      expect { described_class::Page.new([], cursor:) }.to raise_error(ArgumentError, /\Aa page's cursor is one value, not #{Regexp.escape(cursor.inspect)}\. Write: cursor: JSON\.generate/)
    end
    expect { described_class::Page.new({id: 1}, cursor: nil) }.to raise_error(ArgumentError, /takes an Array of rows/)
  end

  it "is the same class under its former name" do
    expect(described_class::Base).to be(described_class)
  end

  describe "its configuration", req: "E-03" do
    let(:tickets) do
      subclass do
        attribute :url
        attribute :per_page, default: 100
        attribute :token, default: nil
      end
    end

    before { stub_const("TicketSource", tickets) }

    it "is accepted at construction, and read by name" do
      source = TicketSource.new(url: "https://tickets", per_page: 5)
      expect(source).to have_attributes(url: "https://tickets", per_page: 5, token: nil, configuration: {url: "https://tickets", per_page: 5, token: nil})
      expect(described_class.new(anything: 1).configuration).to eq(anything: 1)
    end

    it "raises when something required is missing or nil" do
      expect { TicketSource.new }.to raise_error(ArgumentError, "TicketSource needs url:. Write: TicketSource.new(url: ...)")
      expect { TicketSource.new(url: nil) }.to raise_error(ArgumentError, /needs url:/)
      expect(TicketSource.required_attributes).to eq([:url])
    end

    it "raises for what the class does not have" do
      expect { TicketSource.new(url: "x", per_pages: 5) }
        .to raise_error(ArgumentError, "TicketSource has no attribute :per_pages; it has :url, :per_page, :token. Did you mean :per_page?")
    end

    it "is inherited, and added to" do
      open = Class.new(TicketSource) { attribute :state, default: "open" }
      expect(open.attributes).to eq(%i[url per_page token state])
      expect(open.new(url: "x").state).to eq("open")
      expect { open.new(state: "all") }.to raise_error(ArgumentError, /needs url:/)
      expect(TicketSource.attributes).to eq(%i[url per_page token])
    end

    it "may be left out: a constructor without arguments works" do
      stub_const("Bare", subclass { def initialize = nil })
      expect([Bare.new.configuration, Bare.new.as_json]).to eq([{}, {"class_name" => "Bare"}])
    end
  end

  describe "what is written down" do
    before do
      stub_const("TicketSource", subclass do
        attribute :url
        attribute :states, default: [:open]
      end)
    end

    it "is JSON with the name of the class" do
      source = TicketSource.new(url: "x", states: [:open, {age: 1.5}, String])
      expect(JSON.parse(source.to_json)).to eq("class_name" => "TicketSource", "url" => "x", "states" => ["open", {"age" => 1.5}, "String"])
      expect(described_class.from_json(source.to_json)).to have_attributes(class: TicketSource, url: "x", states: ["open", {"age" => 1.5}, "String"])
      expect(TicketSource.from_json(source.as_json)).to be_a(TicketSource)
    end

    it "is refused where JSON could not hold it" do
      expect { TicketSource.new(url: -> {}).as_json }.to raise_error(ArgumentError, "TicketSource cannot be written as JSON: url is a Proc")
      expect { TicketSource.new(url: [Float::NAN]).as_json }.to raise_error(ArgumentError, /url is a Float/)
      expect { subclass.new.as_json }.to raise_error(ArgumentError, /class without a name/)
    end

    it "makes nothing but sources" do
      stub_const("NoSource", Class.new { def initialize(**) = raise("made") })
      ["NoSource", "Kernel", "ActiveDataFlow::Connector::Sink::Lambda", "ActiveDataFlow::Connector::Source::Page", "ActiveDataFlow::Connector::Sink::#{%w[Active Record].join}", "Nowhere", nil, 7].each do |name|
        expect { described_class.from_json("class_name" => name) }.to raise_error(ArgumentError, /is no ActiveDataFlow::Connector::Source that could be read back/)
      end
      expect { TicketSource.from_json("class_name" => "SourceExamples::Fetches") }.to raise_error(ArgumentError, /is no TicketSource/)
      expect { described_class.from_json([]) }.to raise_error(ArgumentError, /takes a Hash/)
    end
  end
end
