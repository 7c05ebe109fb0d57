# frozen_string_literal: true

require_relative "../support/room"
require "active_data_flow/rspec"
require "active_support/testing/time_helpers"
require "operations/storage/active_record"
require_relative "tables"
require_relative "invoice_approval"

RSpec.describe InvoiceApproval do
  include ActiveSupport::Testing::TimeHelpers

  before(:context) { Room.open(&InvoiceApprovals::TABLES) }
  before { Operations.configure { |config| config.storage = Operations::Storage::ActiveRecord.new } }
  around { |example| ActiveRecord::Base.transaction(joinable: false) { example.run && raise(ActiveRecord::Rollback) } }

  let(:ada) { Person.create!(name: "Ada") }
  let(:bob) { Person.create!(name: "Bob") }
  let(:cid) { Person.create!(name: "Cid") }
  let(:invoice) { Invoice.create!(number: "R-1") }
  let!(:chair) { invoice.lines.create!(article: "chair", delivered: true) }
  let!(:table) { invoice.lines.create!(article: "table", delivered: true) }
  let(:approval) { described_class.call(invoice:, approvers: [ada, bob], boss: cid) }
  let(:asked) { approval.tap { perform_tasks }.reload }

  # It looks at what it waits for once a day.
  def days(count)
    count.times do
      travel_to_wake(approval)
      perform_tasks
    end
  end

  def letters_to(person) = Letter.where(person:).order(:id).map { |letter| letter.text[/please \w+|do not forget/] }

  it "has each line checked by a sub-task, and asks when all are delivered" do
    table.update!(delivered: false)
    expect(asked).to be_in(:checked?)
    expect(approval.sub_tasks.map(&:current_state)).to eq(%w[delivered delivered?])
    table.update!(delivered: true)
    travel_to_wake(approval.sub_tasks.to_a.last)
    perform_tasks
    expect(approval.reload).to be_in(:approved?)
    expect([ada, bob, cid].map { |person| letters_to(person).size }).to eq([1, 1, 0])
  end

  it "refuses what is not delivered in ten days" do
    table.update!(delivered: false)
    travel_to_timeout(asked.sub_tasks.to_a.last)
    perform_tasks
    expect(approval.reload).to be_in(:refused)
  end

  it "is paid when both have approved" do
    expect(asked.approve!(ada)).to be_in(:approved?)
    expect(asked.approve!(bob)).to be_in(:approved)
    expect(invoice.reload).to be_paid
  end

  it "takes the word of nobody else" do
    expect { asked.approve!(cid) }.to raise_error(ArgumentError, "Cid is not asked")
    expect(asked.reload.approved_by).to eq([])
  end

  it "reminds who has not answered each day, and lets the boss decide after three" do
    asked.approve!(ada)
    days(3)
    expect([ada, bob, cid].map { |person| letters_to(person) }).to eq([["please approve"], ["please approve", "do not forget", "do not forget"], ["please decide"]])
    expect(asked.reload).to be_in(:decided?).and have_moved_to(:remind, :escalate)
    expect(Time.now - asked.asked_at).to eq(3.days)
    expect(asked.approve!(cid)).to be_in(:approved)
  end

  it "refuses what the boss leaves lying for a week" do
    asked
    days(3 + 7)
    expect(asked.reload).to be_in(:refused)
  end

  it "can be cancelled until it is decided, and is not paid then" do
    expect(asked.cancel!("broken")).to be_completed.and have_attributes(current_state: "cancelled", reason: "broken")
    expect { asked.approve!(ada) }.to raise_error(Operations::InvalidState)
    expect(invoice.reload).not_to be_paid
  end

  it "is there once for an invoice" do
    expect(described_class.call(invoice:, approvers: [ada], boss: cid)).to eq(described_class.call(invoice:, approvers: [ada], boss: cid))
  end
end
