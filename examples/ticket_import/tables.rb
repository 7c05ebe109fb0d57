# frozen_string_literal: true

module TicketImport
  TABLES = lambda do |database|
    database.create_table(:tickets) do |table|
      table.bigint :number, null: false, index: {unique: true}
      table.string :title, :state, null: false
      table.datetime :changed_at
    end
  end
end
