# frozen_string_literal: true

# What a person writes against is apart from what there is of it: each kind and each of its implementations is required
# alone, in a clean process, and does what it is for.
RSpec.describe "The layout of ActiveDataFlow" do
  rows = "[{id: 1, name: 'Ada'}]"

  # In the order of the design's rooms; what stands behind the arrow is what the file is for.
  alone = {
    "connector/source" => ["Class.new(ActiveDataFlow::Connector::Source) { def fetch(after:, limit:) = after ? [] : #{rows} }.new.to_a", "[{id: 1, name: 'Ada'}]"],
    "connector/source/enumerable" => ["ActiveDataFlow::Connector::Source::Enumerable.new(#{rows}).fetch(after: nil, limit: 5).cursor", "1"],
    "connector/source/csv" => ["require('stringio') && ActiveDataFlow::Connector::Source::CSV.new(StringIO.new(%(name\nAda))).to_a", "[{name: 'Ada'}]"],
    "connector/sink" => ["Class.new(ActiveDataFlow::Connector::Sink) { def write(row) = row[:id] }.new.write(#{rows}.first)", "1"],
    "connector/sink/lambda" => ["ActiveDataFlow::Connector::Sink::Lambda.new { |row| row[:id] }.write_batch(#{rows}).first[:id]", "1"],
    "connector/sink/jsonl" => ["require('tmpdir') && Dir.mktmpdir { |folder| ActiveDataFlow::JSONLSink.new(folder + '/x').tap { |sink| sink.write_batch(#{rows}) }.complete; File.size(folder + '/x') }", "22"],
    "connector/sink/collision" => ["ActiveDataFlow::Connector::Sink::Collision::NEW_TRANSFORMED_RECORD", "1"],
    "message/untyped" => ["ActiveDataFlow::Message::Untyped.new(#{rows}.first)[:name]", "'Ada'"],
    "message/typed" => ["ActiveDataFlow::Message::Typed.new(#{rows}.first, schema: {id: :integer})[:id]", "1"],
    "run_store/memory" => ["ActiveDataFlow::RunStore::Memory.new.find_or_create(flow_name: 'x', arguments: {}, digest: 'd', fingerprint: 'f').status", "'pending'"],
    "runtime" => ["ActiveDataFlow::Runtime.named(:active_job).new(queue: :exports).queue", ":exports"]
  }

  # Those that bring ActiveRecord along, which is what they are for.
  with_a_database = {
    "connector/source/active_record" => "ActiveDataFlow::Connector::Source::ActiveRecord < ActiveDataFlow::Connector::Source",
    "connector/sink/active_record" => "ActiveDataFlow::Connector::Sink::ActiveRecord < ActiveDataFlow::Connector::Sink",
    "run_store/sql" => "ActiveDataFlow::RunStore::SQL < ActiveDataFlow::RunStore::Base",
    "active_record" => "ActiveDataFlow::ActiveRecord::Stores.is_a?(Module)"
  }

  alone.each do |file, (use, value)|
    it "has #{file}, which does its work alone, without Rails, ActiveRecord or another implementation", req: "E-28" do
      answer = child_ruby(<<~RUBY, gems: false)
        require "active_data_flow/#{file}"
        found = #{use}
        abort "\#{found.inspect}" unless found == #{value}
        abort "more came along" if defined?(Rails) || defined?(ActiveRecord) || defined?(ActiveSupport) || defined?(ActiveDataFlow::Base)
      RUBY
      expect([answer.out, answer.err]).to eq(["", ""])
      expect(answer).to be_success
    end
  end

  with_a_database.each do |file, question|
    it "has #{file}, which can be required alone and brings no Rails", req: "E-28" do
      answer = child_ruby("require 'active_data_flow/#{file}'; abort 'Rails' if defined?(Rails::VERSION); p #{question}")
      expect([answer.out, answer.err]).to eq(["true\n", ""])
    end
  end

  it "loads none of those that lean on a library by the gem's own name", req: "E-28" do
    answer = child_ruby('require "active_data_flow"; p [defined?(ActiveRecord), defined?(ActiveDataFlow::RunStore::SQL), defined?(ActiveDataFlow::Rails)].compact', gems: false)
    expect(answer.out).to eq("[]\n")
  end
end
