# frozen_string_literal: true

require "active_data_flow/active_record"

# The contacts of a file that somebody has uploaded. In a Rails application `file` may be an attachment of ActiveStorage.
class ContactImportFlow < ActiveDataFlow::Base
  has_model :upload, "Upload"
  source { ActiveDataFlow::CSVSource.new(upload.file, col_sep: ";", encoding: "Windows-1252") }
  rename "E-Mail" => :email, "Name" => :name, "City" => :city, "Born" => :born_on
  set account_id: -> { upload.account_id }
  sink :contacts, key: [:account_id, :email], callbacks: true
  on_error :quarantine, budget: 1.0 # all of them, if need be: the person who uploaded the file mends them
  after_complete { |run| upload.update!(state: run.counts[:rejected].zero? ? "done" : "to be mended") }

  # What a form for one line does, with its fields by the names that the file has for them.
  # @return [Boolean] whether the row is there now; if not, `reject.reason` says why
  def self.mend(reject, fields)
    reject.update!(row: {**reject.row.to_h, **fields})
    reject.replay
  end
end
