# frozen_string_literal: true

require "active_data_flow/active_record"

# The events of a month, into a table for questions and into a file for the vault: each event is in both, or in neither.
class EventArchiveFlow < ActiveDataFlow::Base
  has_attribute :month # "2026-10"
  has_attribute :vault # a folder
  validates :month, :vault, presence: true

  source { Event.where(month:) }
  sink :archived_events
  sink { ActiveDataFlow::JSONLSink.new(File.join(vault, "events-#{month}.jsonl")) }
  batch_size 100
  on_error :quarantine, budget: 10
end
