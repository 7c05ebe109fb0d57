# frozen_string_literal: true

module Operations
  # What makes a task run, in modules that {Task} includes and extends. They are not constants of {Task}, and have none
  # of their own: inside a task class such a constant would hide the author's own class of that name (an `Options`, a
  # `Models`), so what they share stands here.
  module Machine
    CODES = {active: 0, waiting: 10, completed: 100, failed: -1}.freeze
    STATUSES = CODES.invert.freeze
    # What `new` and `update` take beside attributes and models.
    SYSTEM = %i[id type status task_status current_state attributes models parent_task_id parent exception_class
      exception_message exception_backtrace created_at updated_at wake_at wakes_at timeout_at expires_at delete_at
      completed_at failed_at].freeze

    # For `rescue`: whatever the author's code raises, of whatever class. Recorded on the task, since a task that is due
    # again would raise it in the next process, too. Not what ends the process or thread from outside: the task then goes
    # back to sleep and is run again from its last stored transition. SystemExit has a way of its own ({Exits}).
    module Recorded
      # By name, since they may never be loaded.
      FROM_OUTSIDE = %w[SignalException SystemExit Timeout::ExitException Rack::Timeout::RequestTimeoutException
        Async::Stop Async::Cancel].freeze
      private_constant :FROM_OUTSIDE

      # @param error [Object]
      def self.===(error)
        return true if StandardError === error

        Exception === error && error.class.ancestors.none? { |ancestor| FROM_OUTSIDE.include?(ancestor.name) }
      end
    end

    # How long an interaction waits for whoever runs the task, and between two looks; in seconds.
    PATIENCE = 5.0
    PAUSE = 0.005

    NOTHING = {}.freeze

    # The ivars that are the task: what one copy takes over from another.
    STATE = %i[@id @_version @_saved_in @_status @_stop @current_state @_entered_us @_wake_us @_timeout_us @_delete_us @_completed_us
      @_failed_us @_steps @_attempts @_created_us @_updated_us @_lag @_moved_us @_trail @parent_task_id @start_key
      @exception_class @exception_message @exception_backtrace @_wake_given].freeze
  end
end
