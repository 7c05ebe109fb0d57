# frozen_string_literal: true

require "active_data_flow/active_record"

# Fills a column that the table has not had for long. The application writes it already, and goes on working.
class FullNameFlow < ActiveDataFlow::Base
  source :people
  filter full_name: nil
  derive(:full_name) { |row| row[:first_name].concat(" ", row[:last_name]) }
  sink :people
  batch_size 200                                        # rows that are locked at a time
  throttle_on(backoff: 0.05) { Job.count > Job::A_LOT } # seconds; 30 without it
end
