# frozen_string_literal: true

module EventArchive
  TABLES = lambda do |database|
    database.create_table(:events) do |table|
      table.string :month, :kind, :amount, null: false
    end
    database.create_table(:archived_events) do |table|
      table.string :month, :kind, null: false
      table.bigint :amount, null: false # stricter than what there was
    end
  end
end

class Event < ActiveRecord::Base
end

class ArchivedEvent < ActiveRecord::Base
end
