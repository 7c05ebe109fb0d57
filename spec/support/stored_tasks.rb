# frozen_string_literal: true

# Task classes that the contracts of storages and executors store, wake and delete.
module StoredTasks
  # Something a task may refer to.
  User = Struct.new(:id, :name) do
    def self.find(id) = USERS[id]
  end
  USERS = {7 => User.new(7, "Ada"), 8 => User.new(8, "Bob")}.freeze

  # Waits until somebody sends it.
  class Letter < Operations::Task
    has_attribute :text
    has_attribute :pages, :integer
    has_attribute :stamps, :json, default: []
    has_attribute :sent, :boolean, default: false
    has_model :author, "StoredTasks::User"
    has_models :readers, "StoredTasks::User"
    starts_with :sent?
    delay 600
    wait_until :sent? do
      condition { sent }
      go_to :gone
    end
    interaction(:post!) { self.sent = true }.when(:sent?)
    interaction(:stamp!) { |value| self.stamps += [value] }.when(:sent?)
    result :gone
  end

  # One below, for class filters.
  class Postcard < Letter; end

  # Neither of them.
  class Parcel < Operations::Task
    has_attribute :weight, :integer, default: 1
    starts_with :weighed
    action(:weighed) { self.weight += 1 }.then(:big?)
    decision :big? do
      condition { weight > 100 }
      go_to :refused
      condition { weight <= 100 }
      go_to :accepted
    end
    action(:refused) { raise ArgumentError, "#{weight} kg is too much" }.then(:accepted)
    result :accepted
  end

  # Starts one parcel for each weight and waits for them.
  class Shipment < Operations::Task
    has_attribute :weights, :json, default: []
    starts_with :pack
    delay 600
    action(:pack) { weights.each { |weight| start Parcel, weight: } }.then(:packed?)
    wait_until :packed? do
      condition { failed_sub_tasks.any? }
      go_to :broken
      condition { unfinished_sub_tasks.none? }
      go_to :shipped
    end
    result :shipped
    result :broken
  end

  # Times out.
  class Offer < Operations::Task
    starts_with :taken?
    timeout 60
    delay 600
    on_timeout { go_to :withdrawn }
    wait_until :taken? do
      condition { false }
      go_to :withdrawn
    end
    result :withdrawn
  end

  # Times out and has nothing to say about it.
  class Reminder < Operations::Task
    starts_with :answered?
    timeout 60
    delay 600
    wait_until :answered? do
      condition { false }
      go_to :done
    end
    result :done
  end
end
