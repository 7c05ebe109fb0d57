# frozen_string_literal: true

require "active_data_flow/active_record"

# The paid orders as the bookkeepers want them: with the customer, and with the tax of the country.
class OrderExportFlow < ActiveDataFlow::Base
  source :orders, scope: -> { where(state: "paid") }
  lookup :customers, on: {customer_id: :id}, take: {name: :customer, country: :country}
  lookup :tax_rates, on: {country: :country}, take: {percent: :tax_percent}, missing: :reject
  derive(:total) { |row| (row[:net] * (row[:tax_percent] + 100) / 100).round } # cents
  keep :number, :customer, :country, :net, :total
  sink :order_exports, key: :number
  on_error :quarantine, budget: 10
end
