# frozen_string_literal: true

require "active_data_flow/active_record"

# The orders of the shop as they are now, in the schema of those who report: what is gone there goes here.
class OrderMirrorFlow < ActiveDataFlow::Base
  source :orders
  keep :id, :number, :total, :state
  sink :orders, connection: "ReportingRecord", mode: :mirror, max_deletes: 0.02
  schedule every: 86_400, at: "02:00"
end
