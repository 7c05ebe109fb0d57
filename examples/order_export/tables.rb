# frozen_string_literal: true

module OrderExport
  # The shop's tables, with a few rows, and the one of the bookkeepers. Money is cents.
  TABLES = lambda do |database|
    database.create_table(:customers) { |table| table.string :name, :country }
    database.create_table(:postages) do |table|
      table.string :country, null: false, index: {unique: true}
      table.bigint :price, null: false
    end
    database.create_table(:orders) do |table|
      table.string :number, null: false, index: {unique: true}
      table.string :state, null: false
      table.bigint :customer_id, :net, :tax, null: false
    end
    database.create_table(:order_exports) do |table|
      table.string :number, null: false, index: {unique: true}
      table.string :customer, :country
      table.bigint :net, :total, null: false
      table.timestamps
    end
    database.execute("INSERT INTO customers VALUES (1, 'Ada', 'DE'), (2, 'Bob', 'FR'), (3, 'Cid', 'CH')")
    database.execute("INSERT INTO postages (country, price) VALUES ('DE', 490), ('FR', 990)")
    database.execute(<<~SQL)
      INSERT INTO orders (number, state, customer_id, net, tax) VALUES
      ('A-1', 'paid', 1, 1000, 190), ('A-2', 'paid', 2, 900, 180), ('A-3', 'open', 2, 500, 100), ('A-4', 'paid', 3, 700, 56), ('A-5', 'paid', 1, 50, 9)
    SQL
  end
end
