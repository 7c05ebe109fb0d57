# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # The settings of a Rails application, beside those that every program has.
    module Options
      # A class of the application is named by a String: the class itself would be an old one after a reload.
      NAMED = lambda do |name, value|
        raise ConfigurationError, "#{name} is the name of a class, e.g. \"#{value}\", not the class itself: that would be an old one after a reload" if value.is_a?(Module)
        raise ConfigurationError, "#{name} is the name of a class, a String, not #{value.inspect}" unless value.is_a?(String) && !value.empty?

        value
      end
      SECONDS = lambda do |name, value|
        next value if value.respond_to?(:to_f) && !value.is_a?(String) && value.to_f.positive?

        raise ConfigurationError, "#{name} is a number of seconds above 0, e.g. 30 or 5.minutes, not #{value.inspect}"
      end

      # How long something is kept.
      KEPT = lambda do |name, value|
        kept = value.nil? || (value.respond_to?(:to_f) && !value.is_a?(String) && value.to_f.positive?)
        raise ConfigurationError, "#{name} is a time, e.g. 30.days, or nil to keep all; not #{value.inspect}" unless kept

        value
      end
      DAY = 86_400
      private_constant :NAMED, :SECONDS, :KEPT, :DAY

      Configuration.class_eval do
        option :auto_load_data_flows, default: true, says: "Whether the flows of the application are loaded at boot and at each reload. They have to be, for schedules and pages to know them."

        option :data_flows_path, default: "app/data_flows", says: "The folder of the flows, **/*_flow.rb; below one that Rails autoloads."

        option :connects_to, says: "Another database for the gem's tables, as connects_to takes it, e.g. {database: {writing: :flows, reading: :flows}}." do |value|
          raise ConfigurationError, "connects_to is a Hash, e.g. {database: {writing: :flows, reading: :flows}}, not #{value.inspect}" unless value.nil? || value.is_a?(Hash)

          value
        end

        option :schedule_environments, default: ["production"].freeze, says: "The sections of config/recurring.yml into which active_data_flow:sync_schedules writes." do |names|
          raise ConfigurationError, "schedule_environments is a list of names, e.g. [\"production\", \"staging\"], not #{names.inspect}" unless names.is_a?(Array) && names.all? { |name| name.to_s.match?(/\A\w+\z/) }

          names.map(&:to_s).uniq.freeze
        end

        option :schedule_target, default: :file, says: "Where sync_schedules writes: :file is config/recurring.yml, :dynamic SolidQueue's table of dynamic tasks." do |target|
          raise ConfigurationError, "schedule_target is :file or :dynamic, not #{target.inspect}" unless %i[file dynamic].include?(target)

          target
        end

        option :reject_retention, default: 30 * DAY, says: "How long rows that were put aside are kept, in seconds, or e.g. 30.days; bin/rails active_data_flow:cleanup deletes older ones. nil: for ever." do |value|
          KEPT.call(:reject_retention, value)
        end

        option :run_retention, default: 90 * DAY, says: "How long runs that have ended are kept: the same. The last success of a flow stays." do |value|
          KEPT.call(:run_retention, value)
        end

        option :base_job_class, default: "ApplicationJob", says: "The class that the gem's jobs descend from, by name." do |value|
          NAMED.call(:base_job_class, value)
        end

        option :runtime_adapter, default: :active_job, says: "Who decides when flows run: :active_job." do |value|
          Runtime.named(value) && value.to_sym
        end

        option :queue, default: :data_flows, says: "The queue of flows that name none."

        option :max_runtime, says: "Seconds after which a job of a flow ends between two batches, and goes on as the next of its queue; nil: as long as it takes." do |value|
          SECONDS.call(:max_runtime, value) if value
        end

        option :sweep_interval, default: 30, says: "Seconds between two sweeps, which find what no worker has: runs and tasks of dead processes, and what was never enqueued." do |value|
          SECONDS.call(:sweep_interval, value)
        end

        option :sweep_queue, default: :active_data_flow_sweep, says: "The queue of the sweep: one of its own, so that nothing keeps it waiting."

        option :heartbeat_token, default: nil, says: "What a clock outside of the application sends as X-Heartbeat-Token to POST /heartbeat, which sweeps. nil: nobody may." do |value|
          next value if value.nil? || (value.is_a?(String) && !value.strip.empty?)

          raise ConfigurationError, "heartbeat_token is a secret text, e.g. of bin/rails secret, or nil, not #{value.inspect}"
        end

        option :base_controller_class, default: "ApplicationController", says: "The class that the gem's controllers descend from, by name: whoever may see its pages may see the gem's." do |value|
          NAMED.call(:base_controller_class, value)
        end
      end
    end
  end
end
