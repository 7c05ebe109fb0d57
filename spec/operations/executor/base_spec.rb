# frozen_string_literal: true

RSpec.describe Operations::Executor::Base, req: "O-23" do
  %i[call later wake].each do |name|
    it "leaves ##{name} to its subclasses, and says whose it is" do
      executor = stub_const("Crew", Class.new(described_class)).new
      expect { executor.public_send(name, StoredTasks::Letter.new) }.to raise_error(NotImplementedError, /Crew .*##{name}/)
    end
  end

  it "is all that an adapter of three lines needs" do
    journal = []
    Operations.executor = Class.new(described_class) do
      define_method(:call) { |task| task.execute_state_machine }
      define_method(:later) { |task| task.tap { journal << task.id } }
      define_method(:wake) { |task| task.execute_wake }
    end.new
    task = StoredTasks::Letter.later(sent: true)
    expect(journal).to eq([task.id])
    expect(task.wake_up!).to be_completed
    expect(StoredTasks::Parcel.call).to be_completed
  end
end
