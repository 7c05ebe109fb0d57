# frozen_string_literal: true

module InvoiceApprovals
  TABLES = lambda do |database|
    database.create_table(:people) { |table| table.string :name, null: false }
    database.create_table(:invoices) do |table|
      table.string :number, null: false
      table.boolean :paid, null: false, default: false
    end
    database.create_table(:invoice_lines) do |table|
      table.bigint :invoice_id, null: false
      table.string :article, null: false
      table.boolean :delivered, null: false, default: false
    end
    database.create_table(:letters) do |table|
      table.bigint :person_id, null: false
      table.string :text, null: false
      table.datetime :written_at, null: false
    end
  end
end

class Person < ActiveRecord::Base
end

class Invoice < ActiveRecord::Base
  has_many :lines, class_name: "InvoiceLine"
end

class InvoiceLine < ActiveRecord::Base
end

# What a program would send as a mail.
class Letter < ActiveRecord::Base
  belongs_to :person
end
