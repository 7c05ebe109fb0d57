# frozen_string_literal: true

require_relative "../storage/active_record_name"

module Operations
  module Rails
    # How the tasks of a Rails application are kept and run unless its initializer says otherwise: in its database, by
    # its jobs. Nothing is made, and no database asked, before the first task.
    module Defaults
      # The folder of the tasks' jobs.
      JOBS = File.expand_path("app/jobs", __dir__)

      # @return [void]
      def self.set
        Executor.autoload(:ActiveJob, "operations/executor/active_job")
        Operations.defaults = {
          storage: (-> { storage } if Object.const_defined?("ActiveRecord::Railtie")),
          logger: -> { ::Rails.logger },
          executor: (-> { executor } if Object.const_defined?("ActiveJob::Railtie"))
        }.compact
        Registry.loader = method(:load_class)
      end

      # In the database of the gem's other tables.
      def self.storage
        Storage::ActiveRecord.new(connection_class: Object.const_get(ActiveDataFlow::ActiveRecordIfThere.record_class))
      end

      # Who sleeps longer than a sweep takes to come by is left to it.
      def self.executor = Executor::ActiveJob.new(sweep_interval: ActiveDataFlow.configuration.sweep_interval)

      # Where classes are loaded as they are needed, the one of a stored task may not be there yet. Only what Rails itself
      # would load is, by the name of its file.
      def self.load_class(name)
        return unless name.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\z/)

        file = "#{name.underscore}.rb"
        name.safe_constantize if ::Rails.autoloaders.main.dirs.any? { |folder| File.file?(File.join(folder, file)) }
      end
      private_class_method :storage, :executor, :load_class
    end
  end
end
