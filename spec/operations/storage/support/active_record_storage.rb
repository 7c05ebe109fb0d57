# frozen_string_literal: true

require "active_record"
require "json"
require "securerandom"

# Tasks in a table, as a third party writes it who has read guides/writing-an-adapter.md and nothing else: the five
# methods, and the five that have to be atomic as UPDATEs that match what they expect. No Rails, only the library.
class ActiveRecordStorage < Operations::Storage::Base
  # What is looked for has a column; all there is to know stands in `record`.
  class CreateTasks < ActiveRecord::Migration[7.1]
    def change
      create_table :stored_tasks do |table|
        table.string :task_id, null: false, index: {unique: true}
        table.string :task_type, :parent_task_id, :start_key
        table.string :unique_key, index: {unique: true}
        table.string :status, null: false
        table.datetime :wake_at, :timeout_at, :delete_at
        table.datetime :updated_at, null: false
        table.integer :version, null: false, default: 1
        table.boolean :signalled, null: false, default: false
        table.text :record, null: false
        table.index %i[parent_task_id start_key], unique: true
        table.index %i[status wake_at]
        table.index %i[status timeout_at]
      end
    end
  end

  class Row < ActiveRecord::Base
    self.table_name = "stored_tasks"
    self.record_timestamps = false

    scope :due, ->(now) { where(status: "waiting").and(where(wake_at: ..now).or(where(timeout_at: ..now))) }
    scope :of_class, ->(task_class) { task_class ? where(task_type: Operations::Registry.names_below(task_class)) : all }
  end

  NEXT = Arel.sql("version + 1")
  private_constant :NEXT

  def save(task)
    version = Row.transaction { write(task) }
    task.stored_as(self, version)
  end

  def find(id) = (row = Row.find_by(task_id: id)) && restore(row)

  # One that cannot be read back, of a class that is gone, must not keep all the others asleep.
  def sleeping_tasks(task_class = nil)
    Row.of_class(task_class).due(Time.now).order(:wake_at).filter_map do |row|
      restore(row)
    rescue Operations::Error => error
      Operations.logger.error("task #{row.task_id} is due, but cannot be woken: #{error.message}")
      nil
    end
  end

  def sub_tasks_of(task) = task.id ? restored(Row.where(parent_task_id: task.id)) : []

  def delete_old(task_class = nil, before:)
    Row.of_class(task_class).where(status: %w[completed failed], delete_at: ..before).delete_all
  end

  def delete(id) = Row.where(task_id: id).delete_all == 1

  def all(task_class = nil) = restored(Row.of_class(task_class))

  def claim(id, now = Time.now)
    now = Time.at(0, now, :usec) if now.is_a?(Integer)
    claimed?(Row.due(now).where(task_id: id))
  end

  def claim_copy(task, _now_us)
    version = task.version_in(self)
    return false unless version && claimed?(Row.where(task_id: task.id, status: "waiting", version:))

    task.claimed_as(self, version + 1)
    true
  end

  def insert(task)
    return save(task) if task.version_in(self) || task.unique_key.nil?

    there = Row.transaction { add(task) }
    there ? restore(there) : task.stored_as(self, 1)
  end

  # What happened in memory is only true once the transaction is: the tasks are told after it.
  def save_with(task, children)
    version, there = Row.transaction do
      [write(task), children.map { |child| (child.parent_task_id = task.id) && add(child) }]
    end
    task.stored_as(self, version)
    children.zip(there).map { |child, row| row ? restore(row) : child.stored_as(self, 1) }
  end

  # Noted first, then passed on: whoever puts the task to sleep in between finds the note.
  def signal(id)
    Row.where(task_id: id, status: %w[active waiting]).update_all(signalled: true)
    pass_signal_on(id)
  end

  # Tasks whose worker was killed. One that was only slow writes nothing any more: the version has moved on.
  def wake_abandoned(since:)
    Row.where(status: "active", updated_at: ..since).update_all(status: "waiting", wake_at: Time.now, version: NEXT)
  end

  def count_sub_tasks(task, statuses = nil)
    Row.where({parent_task_id: task.id, status: statuses&.map(&:to_s)}.compact).count
  end

  def new_id = SecureRandom.uuid

  def keeps_versions? = true

  private

  # @return [Integer] the version that is stored now
  def write(task)
    fields = fields_of(task)
    version = task.version_in(self)
    rows = Row.where(task_id: task.id)
    refuse_old_copy(task) if version ? rows.where(version:).update_all(version: NEXT, **fields) == 0 : rows.exists?
    Row.insert!(fields) unless version
    pass_signal_on(task.id)
    version ? version + 1 : Row.where(task_id: task.id).pick(:version)
  end

  # @return [Row, nil] the one that counts as the same and was there first
  def add(task)
    fields = fields_of(task)
    same = [fields.slice(:unique_key), fields.slice(:parent_task_id, :start_key)].select { |keys| keys.values.all? }
    Kernel.loop do
      Row.insert(fields) # does nothing where a unique index is in the way
      return if Row.exists?(task_id: task.id)

      there = same.lazy.filter_map { |keys| Row.find_by(keys) }.first
      return there if there # or it has just ended, and the place is free
    end
  end

  def claimed?(rows)
    rows.update_all(status: "active", wake_at: nil, signalled: false, updated_at: Time.now, version: NEXT) == 1
  end

  def pass_signal_on(id)
    Row.where(task_id: id, status: "waiting", signalled: true).update_all(wake_at: Time.now, signalled: false) == 1
  end

  def fields_of(task)
    task.id ||= new_id
    task.updated_at = Time.now
    record = task.to_record
    {task_id: task.id, task_type: record[:type], record: JSON.generate(record.transform_values { |value| plain(value) }),
     **record.slice(:status, :parent_task_id, :start_key, :unique_key, :wake_at, :timeout_at, :delete_at, :updated_at)}
  end

  def plain(value)
    case value
    when Time then value.iso8601(6)
    when String then value.encode(Encoding::UTF_8, invalid: :replace, undef: :replace) # an error's text may hold any bytes
    else value
    end
  end

  def restored(rows) = rows.order(:id).map { |row| restore(row) }

  # A claim and a signal change columns only, so these are newer than the record.
  def restore(row)
    record = JSON.parse(row.record).merge("status" => row.status, "wake_at" => row.wake_at)
    Operations::Registry.fetch(row.task_type).restore_from(record).stored_as(self, row.version)
  end
end
