# frozen_string_literal: true

require "active_data_flow/active_record"

module GemInventory
  # One SQLite file: the table of the inventory, and those in which flows keep their runs. Because both are in one
  # database, the rows of a batch and the cursor behind them commit together.
  module Database
    module_function

    # @param file [String]
    def open(file)
      ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: file, timeout: 5000)
      ActiveDataFlow.prepare_database!
      ActiveRecord::Base.with_connection { |connection| prepare(connection) }
    end

    def prepare(connection)
      connection.create_table(:gem_files, id: false, if_not_exists: true) do |table|
        table.string :path, primary_key: true
        table.string :gem, null: false
        table.string :version, null: false
        table.bigint :bytes, null: false
        table.datetime :modified, null: false
        table.string :xxh3, null: false # of the content: 32 hex digits
      end
    end
    private_class_method :prepare

    # @return [Array<Array>] rows
    def ask(sql) = ActiveRecord::Base.with_connection { |connection| connection.select_rows(sql) }

    # @return [Object] of the first row
    def value(sql) = ask(sql).dig(0, 0)
  end
end
