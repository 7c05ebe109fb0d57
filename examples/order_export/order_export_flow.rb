# frozen_string_literal: true

require "active_data_flow/active_record"

# The paid orders as the bookkeepers want them: with the customer, and with what it costs to send goods to the customer's country.
class OrderExportFlow < ActiveDataFlow::Base
  source :orders, scope: -> { where(state: "paid") }
  lookup :customers, on: {customer_id: :id}, take: {name: :customer, country: :country}
  lookup :postages, on: {country: :country}, take: {price: :postage}, missing: :reject
  derive(:total) { |row| row[:net] + row[:tax] + row[:postage] }
  keep :number, :customer, :country, :net, :total
  sink :order_exports, key: :number
  on_error :quarantine, budget: 10
end
