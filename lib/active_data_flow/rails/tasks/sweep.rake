# frozen_string_literal: true

namespace :active_data_flow do
  desc "Finds what no worker has: runs and tasks of dead processes, and what was never enqueued"
  task sweep: :environment do
    puts ActiveDataFlow::Rails::Sweeping.call(now_or_never: true).compact.map { |what, count| "#{what}: #{count}" }.join(", ")
  end
end
