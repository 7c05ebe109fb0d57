# frozen_string_literal: true

require_relative "ticket_source"

class TicketImportFlow < ActiveDataFlow::Base
  has_attribute :desk # its URL

  source { TicketSource.new(url: desk) }
  rename id: :number, changed: :changed_at
  keep :number, :title, :state, :changed_at
  sink :tickets, key: :number
end
