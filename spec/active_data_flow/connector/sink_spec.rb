# frozen_string_literal: true

# Sinks of other people, as small as they can be. What has arrived is kept by the class.
module SinkExamples
  module Kept
    attr_reader :arrived

    def empty = @arrived = []
  end

  class Writes < ActiveDataFlow::Connector::Sink
    extend Kept

    def write(row)
      row = ActiveDataFlow::Message.row(row)
      raise ArgumentError, "no name" if row[:name].nil?

      self.class.arrived << row
    end
  end

  # All rows or none.
  class WritesBatches < ActiveDataFlow::Connector::Sink
    extend Kept

    def write_batch(rows, idempotency_key: nil)
      rows = rows.map { |row| ActiveDataFlow::Message.row(row) }
      raise ArgumentError, "no name" if rows.any? { |row| row[:name].nil? }

      self.class.arrived.concat(rows)
    end
  end

  class Buffers < ActiveDataFlow::Connector::Sink
    extend Kept

    def write(row)
      row = ActiveDataFlow::Message.row(row)
      raise ArgumentError, "no name" if row[:name].nil?

      (@buffer ||= []) << row
    end

    def flush
      self.class.arrived.concat(@buffer || [])
      @buffer = nil
    end
  end
end

RSpec.describe ActiveDataFlow::Connector::Sink do
  [SinkExamples::Writes, SinkExamples::WritesBatches, SinkExamples::Buffers].each do |example|
    describe "one that #{example.name[/\w+\z/]}", req: %w[E-02 E-06] do
      let(:sink) { example.new }
      let(:rows) { (1..5).map { |id| {id:, name: "n#{id}"} } }
      let(:bad_row) { {id: 9, name: nil} }

      before { example.empty }

      def written = sink.class.arrived

      it_behaves_like "a sink connector"
    end
  end

  it "writes nothing by itself: it says what has to be written", req: "E-02" do
    text = "ActiveDataFlow::Connector::Sink has neither write(row) nor write_batch(rows, idempotency_key: nil). Write one of them."
    expect { described_class.new.write({id: 1}) }.to raise_error(NotImplementedError, text)
    expect { described_class.new.write_batch([{id: 1}]) }.to raise_error(NotImplementedError, text)
  end

  it "raises when something required is missing", req: "E-03" do
    stub_const("TicketSink", Class.new(described_class) { attribute :url })
    expect { TicketSink.new }.to raise_error(ArgumentError, "TicketSink needs url:. Write: TicketSink.new(url: ...)")
    expect(TicketSink.new(url: "x").url).to eq("x")
  end

  it "makes nothing but sinks of what was written down" do
    expect { described_class.from_json("class_name" => "ActiveDataFlow::Connector::Source::Enumerable") }
      .to raise_error(ArgumentError, /is no ActiveDataFlow::Connector::Sink that could be read back/)
  end

  it "is the same class under its former name" do
    expect(described_class::Base).to be(described_class)
  end
end
