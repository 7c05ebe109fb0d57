# frozen_string_literal: true

require_relative "schedules/entry"
require_relative "schedules/entries"
require_relative "schedules/block"
require_relative "schedules/masked"
require_relative "schedules/outline"
require_relative "schedules/recurring_text"
require_relative "schedules/judge"
require_relative "schedules/reading"
require_relative "schedules/check"
require_relative "schedules/difference"
require_relative "schedules/recurring_file"
require_relative "schedules/dynamic"

module ActiveDataFlow
  module Rails
    # The schedules of the flows, brought to SolidQueue, which is who starts them: nothing of this gem looks at a clock for
    # that. Loaded by the rake tasks alone.
    module Schedules
      TARGETS = {file: RecurringFile, dynamic: Dynamic}.freeze
      private_constant :TARGETS

      class << self
        # Writes what differs.
        # @param target [Symbol, String] :file or :dynamic
        # @return [String] what was done, in a sentence
        # @raise [ConfigurationError] with what to do; nothing was changed then
        def sync(target = ActiveDataFlow.configuration.schedule_target)
          place = at(target, entries = Entries.all)
          written = place.write
          bring_rows
          written ? "Wrote #{counted(entries)} into #{place.place}." : "#{place.place} has #{counted(entries)} already; nothing was changed."
        end

        # @param target [Symbol, String] :file or :dynamic
        # @return [Array<String>] what {sync} would change, line by line; nothing when all is as it should be
        # @raise (see #sync)
        def difference(target = ActiveDataFlow.configuration.schedule_target) = at(target, Entries.all).difference

        private

        def at(target, entries)
          place = TARGETS[target.to_sym] or raise ConfigurationError, "schedules are written to #{Operations::Spelling.list(TARGETS.keys)}, not to #{target.inspect}"
          raise ConfigurationError, without_solid_queue(entries) unless Object.const_defined?("SolidQueue::RecurringTask")

          place.new(entries)
        end

        # For the pages to show flows that have not run yet; where the database of this environment is there.
        def bring_rows
          Flow::Registry.all.each { |flow| DataFlow.create_with(source: {}, sink: {}, status: "active").find_or_create_by!(name: flow.flow_name) }
        rescue ::ActiveRecord::ActiveRecordError
          # They come with the first run.
        end

        def counted(entries) = "#{entries.size - 1} #{(entries.size == 2) ? "schedule" : "schedules"} and the sweep"

        def without_solid_queue(entries)
          jobs = entries.map { |entry| "  #{entry.schedule.ljust(24)}  #{entry.class_name}.perform_later#{entry.arguments.then { |given| given.empty? ? "" : "(#{given.map(&:inspect).join(", ")})" }}" }
          "Schedules are written for SolidQueue, which this application does not load. Add it (bundle add solid_queue, bin/rails solid_queue:install), " \
            "or let your queue's own scheduler enqueue these:\n#{jobs.join("\n")}"
        end
      end
    end
  end
end
