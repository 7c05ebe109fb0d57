# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # SolidQueue's table of recurring tasks that are added while it runs: those of the environment that this is.
      class Dynamic
        OFF = "SolidQueue does not look at tasks that are added while it runs. Switch that on in config/queue.yml, in the section of this environment (%s), and start it again:\n\n  scheduler:\n    dynamic_tasks_enabled: true"
        OLD = "SolidQueue %s has no tasks that are added while it runs. Take a newer one, or write config/recurring.yml: sync_schedules without TARGET=dynamic"
        private_constant :OFF, :OLD

        # @param entries [Array<Entry>]
        # @raise [ConfigurationError] where SolidQueue has no such tasks, or does not look at them
        def initialize(entries)
          raise ConfigurationError, format(OLD, ::SolidQueue::VERSION) unless ::SolidQueue.respond_to?(:schedule_recurring_task)
          raise ConfigurationError, format(OFF, ::Rails.env) unless enabled?

          @wanted = entries
        end

        # @return [String] for people
        def to_s = "SolidQueue's dynamic tasks"

        # @return [String] where the entries are
        def place = "#{self} (#{::Rails.env})"

        # @return [Array<String>] lines; none when the table is as it should be
        # @raise [ConfigurationError] for an entry that SolidQueue does not accept, or that config/recurring.yml has as well
        def difference
          check
          Difference.of(present.sort_by(&:key).flat_map(&:lines), @wanted.sort_by(&:key).flat_map(&:lines))
        end

        # @return [Boolean] whether anything was to be written
        # @raise (see #difference)
        def write
          check
          change
        rescue ::ActiveRecord::RecordNotUnique, ::ActiveRecord::RecordNotFound
          change # another host of the same deployment was faster
        end

        private

        # A running scheduler sees tasks that come and go, none that change: those go and come again.
        def change
          ::SolidQueue::RecurringTask.transaction do
            gone, same = present.partition { |entry| @wanted.none? { |other| same?(entry, other) } }
            missing = @wanted.reject { |entry| same.any? { |other| same?(entry, other) } }
            gone.each { |entry| ::SolidQueue.unschedule_recurring_task(entry.key) }
            missing.each { |entry| ::SolidQueue.schedule_recurring_task(entry.key, **entry.options) }
            (gone + missing).any?
          end
        end

        def enabled?
          schedulers = ::SolidQueue::Configuration.new(skip_recurring: false, only_recurring: true).configured_processes.select { |process| process.kind == :scheduler }
          schedulers.any? { |process| process.attributes[:dynamic_tasks_enabled] }
        end

        # A number or a symbol comes back from the table as what it is there.
        def same?(entry, other) = entry.lines == other.lines

        # @return [Array<Entry>] ours that are there
        def present
          ::SolidQueue::RecurringTask.dynamic.select { |task| Entries.ours?(task.key, task.class_name) || @wanted.any? { |entry| entry.key == task.key } }
            .map { |task| entry_of(task) }
        end

        def entry_of(task)
          Entry.new(key: task.key, class_name: task.class_name, arguments: task.arguments, schedule: task.schedule, queue: task.queue_name, priority: task.priority, description: task.description)
        end

        def check
          wrong = @wanted.flat_map { |entry| Judge.objections(entry.key, entry.options).map { |what| "- #{entry.key}: #{what}" } }
          wrong += ::SolidQueue::RecurringTask.static.where(key: @wanted.map(&:key)).map { |task| "- #{task.key} comes from config/recurring.yml. Take it away there, and let SolidQueue start once without it" }
          raise ConfigurationError, "SolidQueue would not take these, so nothing was changed:\n#{wrong.join("\n")}" if wrong.any?
        end
      end
    end
  end
end
