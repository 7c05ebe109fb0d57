# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: what is stored of models, and in which tasks they stand.
RSpec.shared_examples "tasks and their models" do
  let(:klass) do
    task_class("Greeting") do
      has_model :user, "User"
      has_models :guests, "User"
      has_attribute :text
      index :user, :guests
      starts_with :known?
      delay 60
      wait_until(:known?) { condition { user } and go_to(:greet) }
      interaction(:invite!) { |guest| self.guests += [guest] }.when(:known?)
      action(:greet) { self.text = "Hello #{user.name}" }.then(:done)
      result :done
    end
  end

  let(:ada) { User.create!(name: "Ada") }
  let(:bob) { User.create!(name: "Bob") }

  def data(task) = JSON.parse(row(task).data)

  # @return [Array<Array>] id and attribute, as they stand in the table
  def places(task) = TasksInADatabase::Place.where(task_id: task.id).order(:id).pluck(:participant_id, :attribute_name)

  describe "[models]" do
    it "are stored as id and type, and found in the handler", req: "O-62" do
      task = klass.later(user: ada, guests: [bob, ada])
      expect(data(task)).to include("user_id" => {"id" => ada.id, "type" => "User"}, "guests_array" => [bob, ada].map { |user| {"id" => user.id, "type" => "User"} })
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to have_attributes(status: :completed, text: "Hello Ada", user: ada, guests: [bob, ada])
    end

    it "are nil when their record was deleted, and missing in a list", req: "O-62" do
      task = klass.later(user: ada, guests: [bob, ada])
      ada.destroy!
      expect(stored(task)).to have_attributes(user: nil, guests: [bob], user_id: ada.id)
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(stored(task)).to be_waiting
    end
  end

  describe "[participants]" do
    it "stand in their table while they stand in the task", req: "O-49" do
      task = klass.later(user: ada, guests: [bob, ada])
      expect(places(task)).to match_array([[ada.id.to_s, "user"], [bob.id.to_s, "guests"], [ada.id.to_s, "guests"]])
      task.update!(guests: [], user: bob)
      expect(places(task)).to eq([[bob.id.to_s, "user"]])
      expect(task.participants.map(&:participant)).to eq([bob])
    end

    it "lead to their tasks", req: "O-49" do
      task = klass.later(user: ada, guests: [bob])
      other = klass.later(user: bob)
      expect([ada.operations, bob.operations, bob.operations_as(:user)]).to eq([[task], [task, other], [other]])
      expect(bob.operations_participants.map { |entry| [entry.task, entry.attribute_name] }).to eq([[task, "guests"], [other, "user"]])
    end

    it "are stored with what an interaction changed" do
      task = klass.later
      task.invite!(ada)
      expect(places(task)).to eq([[ada.id.to_s, "guests"]])
    end

    it "go with the task, and with the model", req: "O-49" do
      task, other = klass.later(user: ada), klass.later(user: ada, guests: [bob])
      task.destroy
      expect(TasksInADatabase::Place.pluck(:task_id).uniq).to eq([other.id])
      ada.destroy!
      expect(places(other)).to eq([[bob.id.to_s, "guests"]])
      Operations.storage.delete_old(before: Time.now)
      storage.save(stored(other).tap { |copy| copy.status = :completed })
      rows.update_all(delete_at: Time.now - 60)
      expect(storage.delete_old(before: Time.now)).to eq(1)
      expect(TasksInADatabase::Place.count).to eq(0)
    end
  end
end
