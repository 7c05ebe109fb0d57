# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # What every flow with a schedule needs, and the sweep.
      module Entries
        SWEEP = "active_data_flow_sweep"
        PREFIX = "data_flow_"
        CLASSES = %w[ActiveDataFlow::DataFlowJob ActiveDataFlow::SweepJob].freeze

        class << self
          # @return [Array<Entry>] of all loaded flows, by name, then the sweep
          # @raise [ConfigurationError] for a zone that there is not, two flows of one name, or an interval that no cron keeps
          def all = [*of_flows(Flow::Registry.all.select(&:schedule)), sweep]

          # @param key [String]
          # @param class_name [String]
          # @return [Boolean] whether an entry like that can only be one of these
          def ours?(key, class_name) = CLASSES.include?(class_name) && (key == SWEEP || key.start_with?(PREFIX))

          private

          def of_flows(flows)
            flows.group_by(&:flow_name).sort.map do |name, classes|
              raise ConfigurationError, "#{classes.map(&:name).join(" and ")} are both stored as #{name.inspect}, so their schedules would be one. Give one of them another name: self.flow_name = \"...\"" if classes.size > 1

              of(classes.first)
            end
          end

          def of(flow)
            Entry.new(key: "#{PREFIX}#{flow.flow_name}", class_name: CLASSES.first, arguments: [flow.flow_name], schedule: flow.schedule.to_config(zone: zone(flow)),
              queue: flow.queue, priority: flow.priority, description: "#{flow.name}: #{flow.schedule}")
          end

          # By the name that fugit knows: Rails has some of its own.
          def zone(flow)
            given = flow.schedule.zone or return
            found = ::ActiveSupport::TimeZone[given] or raise ConfigurationError, "#{flow.name}: there is no time zone #{given.inspect}. Write one that `bin/rails time:zones:all` or the tz database has, e.g. zone: \"Europe/Berlin\""
            found.tzinfo.name
          end

          def sweep
            settings = ActiveDataFlow.configuration
            Entry.new(key: SWEEP, class_name: CLASSES.last, arguments: [], schedule: pace(settings.sweep_interval), queue: settings.sweep_queue, priority: CLASSES.last.safe_constantize&.priority,
              description: "Goes on with the runs and tasks of dead workers, wakes tasks, and enqueues what has no job")
          end

          def pace(seconds)
            Flow::Schedule.read(:every, seconds).to_config
          rescue ArgumentError => error
            raise ConfigurationError, "sweep_interval: #{error.message}"
          end
        end
      end
    end
  end
end
