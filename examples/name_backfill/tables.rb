# frozen_string_literal: true

module NameBackfill
  TABLES = lambda do |database|
    database.create_table(:people) do |table|
      table.string :first_name, :last_name, null: false
      table.string :full_name # which is new
      table.timestamps null: true
    end
    database.create_table(:jobs) { |table| table.bigint :person_id, null: false }
  end
end

class Person < ActiveRecord::Base
end

# A job of the application: somebody marries, and gets another name.
class Job < ActiveRecord::Base
  A_LOT = 20

  belongs_to :person

  def perform
    transaction do
      person.lock!.update!(last_name: "Married", full_name: "#{person.first_name} Married")
      destroy!
    end
  end
end
