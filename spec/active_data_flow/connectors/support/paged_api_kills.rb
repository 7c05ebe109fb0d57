# frozen_string_literal: true

# Run by ../paged_api_spec.rb in a process of its own, since ActiveRecord brings ActiveSupport. At the desk:
# ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/connectors/support/paged_api_kills.rb
require_relative "../../crash/support/crash_scenario"

GuideClass.load("writing-a-connector.md", "TicketFeedSource")

# Appends to a table without a key: what is written twice is there twice.
class FeedFlow < ActiveDataFlow::Base
  class << self
    # The service, and the ticket at which the process dies.
    attr_accessor :api, :deadly
  end

  source { TicketFeedSource.new(url: FeedFlow.api.url) }
  batch_size 2
  transform { |row| Process.kill(:KILL, Process.pid) && sleep if row[:number] == FeedFlow.deadly }
  rename number: :order_id, title: :name
  sink :order_exports, mode: :insert
end

RSpec.describe "A flow from a paged API into #{CrashDatabase::KIND}" do
  # Pages, and their tickets: 0 (1 to 3), 1 (4 to 8), 3 (9 to 12), 6 (13 to 18); the others have none.
  let(:sizes) { [3, 5, 0, 4, 0, 0, 6] }
  let(:scenario) { CrashScenario.new(FeedFlow) }

  after { scenario.remove }

  def count(sql) = scenario.ask(sql).flatten.first.to_i

  # @return [Array(CrashProcess::End, Array<Integer>)] and the pages that it asked for
  def start(api, deadly: nil)
    FeedFlow.deadly = deadly
    before = api.asked.size
    process = scenario.begin(later: @later = @later.to_i + 3)
    @pid = process.pid
    [process.value, api.asked.drop(before)]
  end

  it "[kills] goes on at the page and the row, wherever its process is killed: each ticket is there once" do
    shot = -> { Process.kill(:KILL, @pid) }
    PagedApi.open(sizes, troubles: {2 => [shot], 4 => [shot], 6 => [shot]}) do |api|
      FeedFlow.api = api
      # In a page, while a page is brought, before and behind pages without rows, at the last ticket.
      ends = [2, 7, nil, 12, nil, nil, 15, 18, nil].map { |deadly| start(api, deadly:) }
      expect(ends.map { |ended, _| ended.signal || ended.answer }).to eq(["KILL"] * 8 + [["success", 18]])
      expect(ends.map(&:last)).to eq([[0], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5, 6], [6], [6], [6]])
      expect(scenario.facts).to have_attributes(status: ["success"], twice: [], rows: api.tickets.map { |ticket| [ticket["number"], nil, ticket["title"]] })
      expect(scenario.facts.counts).to include(read: 18, new: 18, rejected: 0)
      expect(count("SELECT count(*) FROM audits")).to eq(18)
    end
  end

  it "[troubles] takes all of it at once: too many requests, tokens that end, lost connections, and kills" do
    shot = -> { Process.kill(:KILL, @pid) }
    PagedApi.open(sizes, token_for: 3, at_once: 2, troubles: {1 => %i[reset cut], 3 => [:cut, shot], 6 => [:busy, :reset, shot, :busy]}) do |api|
      FeedFlow.api = api
      ends = [6, nil, nil, 17, nil].map { |deadly| start(api, deadly:).first }
      expect(ends.map { |ended| ended.signal || ended.answer }).to eq(["KILL"] * 4 + [["success", 18]])
      expect(scenario.facts).to have_attributes(status: ["success"], twice: [], rejects: [], rows: api.tickets.map { |ticket| [ticket["number"], nil, ticket["title"]] })
      expect(api.answers.map(&:status).uniq).to contain_exactly(200, 401, 429, :reset, :cut)
    end
  end
end
