# frozen_string_literal: true

module ContactImport
  TABLES = lambda do |database|
    database.create_table(:uploads) do |table|
      table.bigint :account_id, null: false
      table.string :file, :state, null: false
    end
    database.create_table(:contacts) do |table|
      table.bigint :account_id, null: false
      table.string :email, :name, null: false
      table.string :city
      table.date :born_on
      table.timestamps
      table.index [:account_id, :email], unique: true
    end
  end

  # As a spreadsheet has written it, in Windows-1252.
  CSV = <<~TEXT.encode("Windows-1252")
    E-Mail;Name;City;Born
    ada@example.org;"Lovelace; Ada";London;1815-12-10
    bob@example.org;Bob;K\u00f6ln;
    cid;Cid;Bonn;1999-02-01
    dan@example.org;Dan;;31.02.1990
    eve@example.org;Eve
    fay@example.org;;;
  TEXT
end

class Upload < ActiveRecord::Base
end

class Contact < ActiveRecord::Base
  validates :email, format: {with: /@/, message: "has no @"}
  validates :name, presence: {message: "is missing"}
end
