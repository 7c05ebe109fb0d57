# frozen_string_literal: true

# What a storage keeps that does all that ours do: it deletes, lists, and knows an old copy when it sees one.
RSpec.shared_examples "a complete task storage" do
  include_examples "a task storage"

  describe "#delete", req: "O-20" do
    it "deletes one task and says whether there was one" do
      task, other = letter, letter
      expect(storage.delete(task.id)).to be(true)
      expect(storage.delete(task.id)).to be(false)
      expect(storage.delete("nobody")).to be(false)
      expect([storage.find(task.id), storage.find(other.id)]).to eq([nil, other])
    end

    it "leaves the children of a deleted task alive" do
      shipment = StoredTasks::Shipment.call(weights: [1])
      child = shipment.sub_tasks.first
      storage.delete(shipment.id)
      expect(child.reload.wake_up!).to be_completed
      expect(child.parent).to be_nil
    end
  end

  describe "#all and #each", req: "O-20" do
    it "list every task, or those of a class and below it" do
      letters = [letter, letter(StoredTasks::Postcard)]
      parcel = StoredTasks::Parcel.call
      expect(storage.all).to match_array([*letters, parcel])
      expect(storage.all(StoredTasks::Letter)).to match_array(letters)
      expect(storage.all(StoredTasks::Offer)).to eq([])
      expect(storage.each.to_a).to match_array(storage.all)
      expect(storage.each(StoredTasks::Parcel).to_a).to eq([parcel])
    end

    it "lets the block change what is stored" do
      3.times { letter }
      expect(storage.each { |task| storage.delete(task.id) }).to equal(storage)
      expect(storage.all).to eq([])
    end
  end

  describe "an old copy", req: %w[O-20 O-88] do
    it "is refused when it is saved, and nothing is written" do
      task = letter(text: "first")
      copy = storage.find(task.id)
      task.update!(text: "second")
      copy.text = "third"
      expect { storage.save(copy) }.to raise_error(Operations::Busy, /changed/) { |error| expect(error.task).to equal(copy) }
      expect(storage.find(task.id).text).to eq("second")
      expect { copy.reload.update!(text: "third") }.to change { storage.find(task.id).text }.to("third")
    end

    it "is refused when its task was deleted" do
      task = letter
      storage.delete(task.id)
      expect { task.update!(text: "again") }.to raise_error(Operations::Busy, /deleted/)
      expect(storage.all).to eq([])
    end

    it "is refused when it comes from elsewhere, by restore_from" do
      task = letter(text: "first")
      restored = StoredTasks::Letter.restore_from(task.to_h)
      task.update!(text: "second")
      restored.text = "restored"
      expect { restored.save! }.to raise_error(Operations::Busy, /stored already.*Letter\.find\("?#{task.id}"?\)/)
      expect { restored.stamp!(1) }.to raise_error(Operations::Busy, /stored already/)
      expect { restored.wake_up! }.to raise_error(Operations::Busy, /stored already/)
      expect { restored.call }.to raise_error(Operations::Busy, /stored already/)
      expect(storage.find(task.id).to_h).to eq(task.to_h)
      expect { restored.reload.update!(text: "third") }.to change { storage.find(task.id).text }.to("third")
    end

    it "from elsewhere is stored when its task is not there" do
      task = letter(text: "first")
      restored = StoredTasks::Letter.restore_from(task.to_h)
      storage.delete(task.id)
      restored.save!
      expect(storage.find(task.id).text).to eq("first")
      expect { restored.update!(text: "second") }.to change { storage.find(task.id).text }.to("second")
    end
  end

  describe "unique_by", req: "O-22" do
    let(:unique) do
      task_class("Invoicing") do
        has_attribute :number
        unique_by :number
        starts_with :paid?
        wait_until(:paid?) { condition { false } and go_to(:done) }
        interaction(:pay!) { go_to :done }
        result :done
      end
    end

    it "returns the unfinished task, from any number of threads" do
      unique.chart
      tasks = Array.new(8) { Thread.new { unique.later(number: "A") } }.map(&:value)
      expect(tasks.map(&:id).uniq.size).to eq(1)
      expect(unique.later(number: "B").id).not_to eq(tasks.first.id)
      expect(storage.all.size).to eq(2)
    end

    it "makes a new one when that one has ended" do
      first = unique.call(number: "A")
      expect(unique.call(number: "A")).to eq(first)
      first.pay!
      expect(unique.call(number: "A")).not_to eq(first)
    end
  end
end
