# frozen_string_literal: true

module OrderExport
  # The shop's tables, with a few rows, and the one of the bookkeepers.
  TABLES = lambda do |database|
    database.create_table(:customers) { |table| table.string :name, :country }
    database.create_table(:tax_rates) do |table|
      table.string :country, null: false, index: {unique: true}
      table.integer :percent, null: false
    end
    database.create_table(:orders) do |table|
      table.string :number, :state, null: false
      table.bigint :customer_id, :net # cents
    end
    database.create_table(:order_exports) do |table|
      table.string :number, null: false, index: {unique: true}
      table.string :customer, :country
      table.bigint :net, :total, null: false
      table.timestamps
    end
    database.execute("INSERT INTO customers VALUES (1, 'Ada', 'DE'), (2, 'Bob', 'FR'), (3, 'Cid', 'CH')")
    database.execute("INSERT INTO tax_rates (country, percent) VALUES ('DE', 19), ('FR', 20)")
    database.execute(<<~SQL)
      INSERT INTO orders (number, state, customer_id, net) VALUES
      ('A-1', 'paid', 1, 1000), ('A-2', 'paid', 2, 995), ('A-3', 'open', 2, 500), ('A-4', 'paid', 3, 700), ('A-5', 'paid', 1, 33)
    SQL
  end
end
