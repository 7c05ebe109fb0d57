# frozen_string_literal: true

module ActiveDataFlow
  # What the gem's jobs have in common: the application's own class, with its queue adapter and callbacks.
  class ApplicationJob < Rails::HostClass.of(:base_job_class, ::ActiveJob::Base)
  end
end
