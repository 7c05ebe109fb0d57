# frozen_string_literal: true

# Run by ../events_spec.rb in a process of its own, where ActiveSupport is.

require "active_support"
require "active_support/notifications"
require "pp"

RSpec.describe "What flows tell" do
  before { ActiveDataFlow::RunStore.reset! }

  let(:rows) { Array.new(5) { |index| {id: index + 1, name: "row #{index + 1}"} } }

  def payloads(name, &) = told("#{name}.active_data_flow", &).map(&:payload)

  it "is a run with its counts and its status" do
    klass = running(rows) { batch_size 2 }
    run = nil
    payload = payloads(:run) { run = klass.run_now }.first
    expect(payload).to include(run_id: run.id, flow: "order_export", status: "success", read: 5, new: 5, rejected: 0)
  end

  it "is each batch, and each checkpoint after its commit" do
    klass = running(rows) { batch_size 2 }
    events = told(/(batch|checkpoint)\.active_data_flow/) { klass.run_now }
    expect(events.map { |event| event.name[/\w+/] }).to eq(%w[batch checkpoint] * 3)
    expect(events.map(&:payload).filter_map { |payload| payload[:rows] }).to eq([2, 2, 1])
    expect(events.map(&:payload).filter_map { |payload| payload[:cursor] }).to eq(["row 2", "row 4", "row 5"])
  end

  it "is a failed run, with its error, and the one that goes on" do
    broken = true
    klass = running(rows) do
      batch_size 2
      transform { |row| raise KeyError, "no luck" if broken && row[:id] == 4 }
    end
    failed = payloads(:run) { expect { klass.run_now }.to raise_error(KeyError) }.first
    expect(failed).to include(status: "failed", read: 2, exception: ["KeyError", "no luck"])
    broken = false
    events = told { klass.run_now }
    expect(events.first.name).to eq("resume.active_data_flow")
    expect(events.first.payload).to include(run_id: failed[:run_id], cursor: "row 2")
    expect(events.last.payload).to include(status: "success", read: 3)
  end

  it "is how many rows a batch has put aside, and why the first was" do
    klass = running(rows) do
      batch_size 3
      on_error :quarantine, budget: 1.0
      transform { |row| raise KeyError, "no luck" if row[:id] > 2 }
    end
    expect(payloads(:reject) { klass.run_now }).to match([include(count: 1, stage: "transform", error_class: "KeyError", reason: "KeyError: no luck"), include(count: 2)])
  end

  it "is the end of an attempt that a person has stopped" do
    klass = running(rows) { batch_size 2 }
    events = told(/(interrupt|run)\.active_data_flow/) { klass.run_now { |run| run.pause! if run.counts[:read] == 2 } }
    expect(events.first.payload).to include(reason: "pause", cursor: "row 4")
    expect(events.last.payload).to include(status: "paused", read: 4)
  end

  it "changes nothing of a run when a listener raises" do
    klass = running(rows) { batch_size 2 }
    run = nil
    said = logged { listening(/active_data_flow/, ->(_event) { raise NotImplementedError, "the listener broke" }) { run = klass.run_now } }
    expect([run.status, written.size]).to eq(["success", 5])
    expect(said).to include("a listener of batch.active_data_flow raised NotImplementedError: the listener broke")
  end

  describe "of what is filtered" do
    before do
      require "active_support/parameter_filter"
      filter = ActiveSupport::ParameterFilter.new([:email, /secret/])
      ActiveDataFlow::Shown.filter = ->(row) { filter.filter(row) }
    end

    after { ActiveDataFlow::Shown.filter = nil }

    let(:klass) do
      running([{id: 1, email: "ada@example.org"}]) do
        has_attribute :secret_word
        on_error :quarantine, budget: 1.0
        transform { |row| raise ArgumentError, "cannot send to #{row[:email]}" }
      end
    end

    it "is only that there is something: in events and in what a reject shows" do
      run = nil
      events = told { run = klass.run_now(secret_word: "sesame") }
      expect(events.map { |event| event.payload.inspect }.join).not_to match(/ada@|sesame/)
      expect(events.last.payload[:arguments]).to eq("secret_word" => "[FILTERED]")
      reject = run.rejects.first
      expect(reject.inspect).to include('"email"=>"[FILTERED]"').or include('"email" => "[FILTERED]"')
      expect([reject.inspect, reject.pretty_inspect, reject.shown.reason].join).not_to include("ada@")
      expect([reject.row["email"], reject.reason]).to eq(["ada@example.org", "ArgumentError: cannot send to ada@example.org"])
    end

    it "stays so where it is no text, and its row is put aside as any other" do
      broken = "ada\xFF@example.org"
      run = nil
      klass = running([{id: 1, email: broken}]) do
        on_error :quarantine, budget: 1.0
        transform { |row| raise ArgumentError, "cannot send to #{row[:email]}, \xFF" }
      end
      events = told { run = klass.run_now }
      reject = run.rejects.first
      expect(reject.row["email"]).to eq(broken)
      expect([reject.shown.reason, *events.filter_map { |event| event.payload[:reason] }].uniq).to eq(["ArgumentError: cannot send to [FILTERED], \uFFFD"])
      expect(reject.inspect).not_to include("ada")
    end

    {
      "PG::UniqueViolation: Key (email)=(ada@x.org) already exists." => "PG::UniqueViolation: Key (email)=([FILTERED]) already exists.",
      "Key (shop_id, email)=(1, ada@x.org) already exists." => "Key (shop_id, email)=([FILTERED]) already exists.",
      "null value\nDETAIL:  Failing row contains (1, ada@x.org, null)." => "null value\nDETAIL:  Failing row contains ([FILTERED]).",
      "Duplicate entry 'ada@x.org' for key 'users.index_on_email'" => "Duplicate entry '[FILTERED]' for key 'users.index_on_email'",
      '{"id"=>1, "email"=>"ada@x.org"}' => '{"id"=>1, "email"=>[FILTERED]}',
      "{id: 1, email: \"ada@x.org\"}" => "{id: 1, email: [FILTERED]}",
      "email=[FILTERED] (told before)" => "email=[FILTERED] (told before)",
      "\xFF: email=ada@x.org" => "\uFFFD: email=[FILTERED]",
      "RuntimeError: email: ada@x.org, secret = 'a, b'" => "RuntimeError: email: [FILTERED], secret = [FILTERED]",
      "LetterFlow(email \"ada@x.org\", id 7) stopped" => "LetterFlow(email [FILTERED], id 7) stopped",
      "Secret::Error: no email" => "Secret::Error: no email",
      "Key (id)=(7) already exists." => "Key (id)=(7) already exists.",
      "undefined method 'upcsae' for nil" => "undefined method 'upcsae' for nil"
    }.each do |whole, shown|
      it "is #{shown.inspect} of the error #{whole.inspect}" do
        expect(ActiveDataFlow::Shown.text(whole)).to eq(shown)
      end
    end
  end
end
