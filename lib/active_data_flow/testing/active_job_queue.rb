# frozen_string_literal: true

module ActiveDataFlow
  module Testing
    # The jobs of this gem that wait in ActiveJob's :test adapter. Others are none of its business.
    # @private
    module ActiveJobQueue
      OWN = /\A(ActiveDataFlow|Operations)::/
      private_constant :OWN

      class << self
        # Performs those whose time has come.
        # @return [Integer] how many
        def perform
          due = waiting.flat_map { |adapter| adapter.enqueued_jobs.select { |job| own?(job) && due?(job) }.each { |job| adapter.enqueued_jobs.delete(job) } }
          due.each { |job| execute(job) }.size
        end

        # Forgets those that an example has left: their runs and tasks are rolled back with it, and the next one's may have their ids.
        # @return [void]
        def clear = waiting.each { |adapter| adapter.enqueued_jobs.reject! { |job| own?(job) } }

        private

        def waiting
          [::ActiveJob::Base, *::ActiveJob::Base.descendants].map(&:queue_adapter).uniq.select { |adapter| adapter.respond_to?(:enqueued_jobs) }
        end

        def own?(job) = job[:job].ancestors.any? { |klass| OWN.match?(klass.name) }

        def due?(job) = job[:at].nil? || job[:at] <= Time.now.to_f

        # What it raises is recorded with the run or task, or it is enqueued again.
        def execute(job)
          ::ActiveJob::Base.execute(job.select { |name, _value| name.is_a?(String) })
        rescue => error
          Operations.logger.info("#{job[:job]} failed: #{Shown.error(error)}")
        end
      end
    end
  end
end
