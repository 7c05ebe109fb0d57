# frozen_string_literal: true

# Letters and other tasks in the storage of the example.
RSpec.shared_context "stored letters" do
  let(:storage) { described_class.new }
  let(:past) { Time.now - 60 }
  let(:future) { Time.now + 3600 }

  before { Operations.storage = storage }

  # A waiting one, due unless told otherwise.
  def letter(klass = StoredTasks::Letter, **fields)
    storage.save(klass.new(status: :waiting, wake_at: past, **fields))
  end

  # A finished one, to be deleted since a minute unless told otherwise.
  def ended(klass = StoredTasks::Letter, delete_at: past, status: :completed)
    storage.save(klass.new(status:, current_state: (status == :completed) ? :gone : :sent?, delete_at:))
  end

  def ids(tasks) = tasks.map(&:id)
end
