# frozen_string_literal: true

# Run by connector_contract_spec.rb in a process of its own: the guide's connectors, as they stand there.
require_relative "snippet_file"

guide = Snippets::SnippetFile.new(File.join(Snippets::SnippetFile::ROOT, "guides/writing-a-connector.md"))
blocks = guide.blocks.first(3) << guide.blocks.find { |block| block.source.start_with?("class LetterSink") } # between them is one for an API
blocks.each { |block| eval(block.source, TOPLEVEL_BINDING, guide.path, block.line) } # standard:disable Security/Eval

RSpec.describe "[TicketSource]" do
  let(:source) { TicketSource.new }
  let(:expected) { Desk::TICKETS }

  it_behaves_like "a source connector"
end

RSpec.describe "[OpenTicketSource]" do
  let(:source) { OpenTicketSource.new(page_size: 2) }
  let(:expected) { Desk::TICKETS.select { |ticket| ticket[:open] } }

  it_behaves_like "a source connector"
end

RSpec.describe "[LetterSink]" do
  let(:sink) { LetterSink.new(greeting: "Hello") }
  let(:rows) { Desk::TICKETS.map { |ticket| ticket.slice(:number, :title) } }
  let(:bad_row) { {number: 9, title: nil} }

  before { Desk::LETTERS.clear }

  def written = Desk::LETTERS.map { |number, text| {number:, title: text.delete_prefix("Hello: ")} }

  it_behaves_like "a sink connector"
end
