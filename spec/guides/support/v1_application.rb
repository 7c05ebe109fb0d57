# frozen_string_literal: true

require_relative "../../operations/storage/support/v1_tables"

# The database of an application that has run with the gem's ancestor for a while, as a migration of that application:
# the ancestor's tables, and rows in every status, as it writes them.
class BecomeV1Application < ActiveRecord::Migration[7.1]
  GID = "modelid-gid://shop/User/"
  PEOPLE = %w[Ada Bob Cid].freeze

  def up
    create_table(:users) { |table| table.string :name }
    PEOPLE.each { |name| execute("INSERT INTO users (name) VALUES (#{quote(name)})") }
    V1Tables.make(connection)
    @now = Time.now.utc
    waiting
    others
  end

  private

  def waiting
    task("due", 10, "answered?", {name: "Cid"}, wakes_at: @now - 60)
    task("unanswered", 10, "answered?", {}, wakes_at: @now - 60)
    task("early", 10, "answered?", {name: "Cid"}, wakes_at: @now + 3600)
    task("late", 10, "answered?", {}, wakes_at: @now - 60, expires_at: @now - 1)
    task("queued", 10, "answered?", {name: "Cid"}, wakes_at: @now - 60)
    task("unwanted", 10, "answered?", {}, wakes_at: @now + 3600)
  end

  def others
    parent = task("running", 0, "welcome", {name: "Cid"})
    task("left", 0, "welcome", {name: "Cid"}, updated_at: @now - 7200)
    task("over", 100, "done", {name: "Cid"}, parent_id: parent, completed_at: @now - 100, delete_at: @now + 86_400)
    task("old", 100, "done", {name: "Cid"}, completed_at: @now - 86_400, delete_at: @now - 1)
    failure = {exception_class: "ArgumentError", exception_message: "no post", exception_backtrace: %w[a.rb:1 b.rb:2].inspect}
    task("broken", -1, "invite", failure)
  end

  # @return [Integer] the id
  def task(email, status, state, data, **columns)
    whole = {email: "#{email}@example.org", host_id: "#{GID}1", guests_array: "#{GID}2,#{GID}3", **data}
    id = insert("operations_tasks", type: "Invitation", task_status: status, current_state: state, data: JSON.generate(whole),
      wakes_at: @now - 60, expires_at: @now + 86_400, delete_at: @now + 7_776_000, created_at: @now - 9000, updated_at: @now - 60, **columns)
    {"host" => 1, "guests" => [2, 3]}.each do |attribute_name, people|
      Array(people).each { |person| insert("operations_task_participants", task_id: id, participant_type: "User", participant_id: person, attribute_name:, created_at: @now, updated_at: @now) }
    end
    id
  end

  def insert(table, **row)
    connection.insert("INSERT INTO #{table} (#{row.keys.join(", ")}) VALUES (#{row.values.map { |value| quote(value) }.join(", ")})")
  end
end
