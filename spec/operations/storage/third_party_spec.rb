# frozen_string_literal: true

require "tmpdir"

# Adapters made of the five documented methods keep the same contract as ours.
RSpec.describe Storages::JsonText, req: %w[O-03 O-20] do
  it_behaves_like "a task storage"

  # With the default claim, which is all they have.
  describe "in many threads", req: "O-06" do
    before { Operations.storage = described_class.new }

    def together(blocks)
      blocks.map { |block| Thread.new(&block) }.map { |thread| (thread.join(60) || raise("a thread hangs")).value }
    end

    it "runs each wake once" do
      parcels = Array.new(60) { StoredTasks::Parcel.later }
      counts = together(Array.new(4) { -> { Operations::Runner.new.tick } })
      expect(counts.sum { |count| count[:woken] }).to eq(60)
      expect(parcels.map { |parcel| stored(parcel).weight }.uniq).to eq([2])
    end

    it "loses no interaction" do
      id = StoredTasks::Letter.call.id
      together(Array.new(4) { |thread| -> { 10.times { |number| StoredTasks::Letter.find(id).stamp!([thread, number]) } } })
      expect(StoredTasks::Letter.find(id).stamps).to match_array((0..3).flat_map { |thread| (0..9).map { |number| [thread, number] } })
    end

    it "leaves no parent asleep whose last sub-task ends in the moment it looks" do
      50.times do
        parent = StoredTasks::Shipment.call(weights: [1, 2])
        wakes = parent.sub_tasks.to_a << stored(parent)
        together(wakes.map { |task| -> { task.wake_up! } })
        Operations::Runner.new.tick
        expect(stored(parent)).to be_completed
      end
    end
  end
end

RSpec.describe Storages::PublicFields, req: %w[O-03 O-20] do
  it_behaves_like "a task storage"
end

RSpec.describe Storages::SharedFile, req: %w[O-03 O-20] do
  around { |example| Dir.mktmpdir { |folder| (@path = File.join(folder, "tasks.json")) && example.run } }

  it_behaves_like "a task storage" do
    let(:storage) { described_class.new(@path) }
  end
end
