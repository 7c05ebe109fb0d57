# frozen_string_literal: true

namespace :active_data_flow do
  desc "Delete rows that were put aside and runs that have ended, as old as reject_retention and run_retention say"
  task cleanup: :environment do
    deleted = ActiveDataFlow::Rails::Cleanup.call
    puts "Deleted #{deleted[:rejects]} rejects and #{deleted[:runs]} runs."
  end
end
