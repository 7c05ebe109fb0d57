# frozen_string_literal: true

# What is kept by storages that know by themselves which keys of unfinished tasks (`unique_by`) are taken. The host has `storage`.
RSpec.shared_examples "a storage that refuses a key that is taken" do
  let(:single) do
    task_class("Single") do
      has_attribute :number
      unique_by :number
      starts_with :paid?
      wait_until(:paid?) { condition { false } and go_to(:done) }
      interaction(:renumber!) { |number| self.number = number }
      interaction(:pay!) { go_to :done }
      result :done
    end
  end
  let(:refusal) { [Operations::InvalidState, /cannot go on: .* holds the same unique_by key\. Wait for it, or end it first\./] }

  before { single.call(number: "A") }

  it "leaves a task as it was whose interaction gives it the key of another, and takes the next interaction", req: "O-22" do
    other = single.call(number: "B")
    expect { other.renumber!("A") }.to raise_error(*refusal)
    expect(storage.find(other.id)).to have_attributes(status: :waiting, number: "B", to_h: other.to_h)
    expect(other.renumber!("C").pay!).to be_completed
  end

  it "says so of whatever else would give it that key" do
    other = single.call(number: "B")
    expect { other.update!(number: "A") }.to raise_error(*refusal)
    expect { single.new(number: "A").save! }.to raise_error(*refusal)
    failed = storage.find(other.id).record_error!(IOError.new("no paper"))
    single.call(number: "B")
    expect { failed.retry! }.to raise_error(*refusal)
  end
end
