# frozen_string_literal: true

# Another database: on PostgreSQL a schema of it, on SQLite a file.
class ReportingRecord < ActiveRecord::Base
  self.abstract_class = true
end

module ReportingMirror
  SHOP = lambda do |database|
    database.create_table(:orders) do |table|
      columns(table)
      table.string :address
    end
  end

  REPORTING = lambda do |database|
    database.create_schema("reporting") if database.respond_to?(:create_schema)
    database.create_table(:orders) { |table| columns(table) }
  end

  def self.columns(table)
    table.string :number, :state, null: false
    table.bigint :total, null: false
  end

  # @return [void]
  def self.open_reporting(url)
    ReportingRecord.establish_connection(url:, schema_search_path: "reporting")
    ReportingRecord.with_connection(&REPORTING)
    ActiveDataFlow.prepare_marks!(ReportingRecord)
  end
end

class Order < ActiveRecord::Base
end
