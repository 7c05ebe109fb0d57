# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe Operations::Participant, req: "O-49" do
  before do
    stub_const("Paper", Class.new do
      include Operations::Participant

      attr_reader :id

      def self.find(id) = new(id)

      def initialize(id) = @id = id

      def ==(other) = other.instance_of?(self.class) && id == other.id
      alias_method :eql?, :==

      def hash = id.hash
    end)
    stub_const("Writer", Class.new(Paper))
    task_class("Review") do
      has_model :writer, "Writer"
      has_models :papers, "Paper"
      has_model :editor, "Writer"
      index :writer, :papers
      wait_until(:start) {}
    end
  end

  let(:ada) { Writer.new(1) }
  let(:bob) { Writer.new(2) }
  let(:papers) { [Paper.new(10), Paper.new(11)] }

  it "finds the tasks that a model takes part in" do
    task = Review.call(writer: ada, papers:)
    other = Review.call(writer: ada)
    Review.call(writer: bob)
    expect(ada.operations).to contain_exactly(task, other)
    expect(papers.first.operations).to contain_exactly(task)
    expect(Paper.new(99).operations).to be_empty
  end

  it "finds those where it stands in one attribute" do
    task = Review.call(writer: ada, papers:)
    expect(ada.operations_as(:writer)).to contain_exactly(task)
    expect(ada.operations_as("writer")).to contain_exactly(task)
    expect(ada.operations_as(:papers)).to be_empty
    expect(papers.last.operations_as(:papers)).to contain_exactly(task)
  end

  it "goes by what is stored: a model that was taken out is out" do
    task = Review.call(writer: ada, papers:)
    task.papers = papers.first(1)
    expect(papers.last.operations).to contain_exactly(task)
    task.save!
    expect(papers.last.operations).to be_empty
    expect(papers.first.operations).to contain_exactly(task)
    task.update!(writer: bob)
    expect(ada.operations).to be_empty
    expect(bob.operations).to contain_exactly(task)
  end

  it "tells a model from one of another class with the same id" do
    Review.call(writer: ada)
    expect(Paper.new(1).operations).to be_empty
  end

  it "is about indexed attributes only" do
    Review.call(editor: ada)
    expect(ada.operations).to be_empty
    task_class("Plain") do
      has_model :writer, "Writer"
      wait_until(:start) {}
    end
    expect(Plain.call(writer: ada).participants).to be_empty
    expect(ada.operations).to be_empty
  end

  it "shows them on the task" do
    participants = Review.call(writer: ada, papers:).participants
    expect(participants.map { |entry| [entry.participant, entry.attribute_name] })
      .to contain_exactly([ada, "writer"], [papers[0], "papers"], [papers[1], "papers"])
    expect(Review.new.participants).to be_empty
  end

  it "counts a model once that stands in a list twice" do
    task = Review.call(papers: [papers[0], papers[0]])
    expect(task.participants.size).to eq(1)
    expect(papers[0].operations).to eq([task])
  end
end
