# frozen_string_literal: true

RSpec.describe Operations::Storage::Memory, req: "O-21" do
  it_behaves_like "a complete task storage"
  it_behaves_like "a storage that refuses a key that is taken"

  subject(:storage) { described_class.new }

  before { Operations.storage = storage }

  it "gives uuids as ids" do
    expect(StoredTasks::Letter.call.id).to match(/\A\h{8}-\h{4}-4\h{3}-[89ab]\h{3}-\h{12}\z/)
  end

  it "keeps an id that was given, of any shape" do
    ids = ["order-17", "ünï", "9" * 300, SecureRandom.uuid.upcase]
    ids.each { |id| storage.save(StoredTasks::Letter.new(id:)) }
    expect(ids.map { |id| storage.find(id).id }).to eq(ids)
    expect(storage.find(ids.last.downcase)).to be_nil
  end

  it "has the same task under an Integer as under its text" do
    storage.save(StoredTasks::Letter.new(id: 17))
    expect(storage.find(17)).to eq(storage.find("17"))
    expect(storage.find("017")).to be_nil
  end

  it "refuses a new task under an id that is taken" do
    StoredTasks::Letter.call(id: "a", text: "first")
    expect { StoredTasks::Letter.call(id: "a", text: "second") }.to raise_error(ArgumentError, /"?a"?/)
    expect(storage.find("a").text).to eq("first")
  end

  it "does not lock itself out when the model's own find asks it", req: "O-21" do
    finder = stub_const("Finder", Struct.new(:id) do
      def self.find(id) = Operations.storage.all.size.then { new(id) }
    end)
    asking = task_class("Asking") do
      has_model :who, "Finder"
      starts_with :look
      action(:look) { who.id }.then(:known?)
      wait_until(:known?) { condition { who.id == 3 && Operations.storage.find(id) } and go_to(:done) }
      result :done
    end
    task = asking.call(who: finder.new(3))
    asking.later(who: finder.new(3))
    worker = Thread.new { Operations::Runner.new.tick && storage.find(task.id).wake_up! }
    expect(worker.join(30)&.value).to be_completed
  end

  it "wakes what can be woken although a task of a class without a name is due", req: "O-58" do
    unnamed = Class.new(Operations::Task) do
      starts_with :waiting?
      wait_until(:waiting?) { condition { true } and go_to(:done) }
      result :done
    end
    nobody = storage.save(unnamed.new(status: :waiting))
    task = StoredTasks::Letter.later(sent: true)
    text = logged { expect(Operations::Runner.new.tick).to include(woken: 1) }
    expect(text).to include(nobody.id).and include("name")
    expect(storage.find(task.id)).to be_completed
    expect { storage.find(nobody.id) }.to raise_error(Operations::Error, /name/)
  end

  it "counts what it keeps" do
    2.times { StoredTasks::Letter.call }
    StoredTasks::Parcel.call
    expect(storage.size).to eq(3)
    expect(storage.stats).to be_a(Hash)
    expect(storage.stats.to_s).to match(/waiting\D*2/).and match(/completed\D*1/)
  end

  it "is the same class as MemoryStorage, the first name it had", req: "O-11" do
    expect(Operations::MemoryStorage).to equal(described_class)
  end

  it "runs tasks whose text no encoding can read, and gives back the same bytes" do
    bytes = [0, 159, 255, 10].pack("C*")
    utf16 = "grüß".encode("UTF-16LE")
    broken = +"\xFFabc"
    [bytes, utf16, broken, "", "a\0b"].each do |text|
      found = storage.find(StoredTasks::Letter.call(text:).id)
      expect([found.text.bytes, found.text.encoding]).to eq([text.bytes, text.encoding])
    end
  end
end
