# frozen_string_literal: true

namespace :active_data_flow do
  # What the task does, with an application that is loaded to the last flow; a refusal is a message and no backtrace.
  with_schedules = lambda do |&work|
    require "active_data_flow/rails/schedules"
    Rails.application.eager_load!
    work.call(ENV["TARGET"] || ActiveDataFlow.configuration.schedule_target)
  rescue ActiveDataFlow::ConfigurationError => error
    abort error.message
  end

  desc "Write the schedules of all flows into config/recurring.yml (TARGET=dynamic: into SolidQueue's table)"
  task sync_schedules: :environment do
    with_schedules.call { |target| puts ActiveDataFlow::Rails::Schedules.sync(target) }
  end

  namespace :sync_schedules do
    desc "Fail, and say what differs, where sync_schedules would change something"
    task check: :environment do
      with_schedules.call do |target|
        difference = ActiveDataFlow::Rails::Schedules.difference(target)
        puts difference.any? ? ["The schedules are not up to date. bin/rails active_data_flow:sync_schedules would change:", *difference] : "The schedules are up to date."
        exit 1 if difference.any?
      end
    end
  end
end
