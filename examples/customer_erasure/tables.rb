# frozen_string_literal: true

module CustomerErasures
  TABLES = lambda do |database|
    database.create_table(:customers) { |table| table.string :name, :email }
    database.create_table(:orders) do |table|
      table.bigint :customer_id, null: false, index: true
      table.string :address
      table.bigint :total, null: false
    end
    database.create_table(:letters) do |table|
      table.bigint :customer_id, null: false, index: true
      table.string :subject
      table.string :text, null: false
    end
    database.create_table(:visits) do |table|
      table.bigint :customer_id, null: false, index: true
      table.string :page
    end
    database.create_table(:subscriptions) do |table|
      table.bigint :customer_id, null: false, index: true
      table.string :newsletter
    end
  end
end

class Customer < ActiveRecord::Base
  has_many :orders
  has_many :letters
  has_many :visits
  has_many :subscriptions
end

%w[Order Letter Visit Subscription].each { |name| Object.const_set(name, Class.new(ActiveRecord::Base)) }
