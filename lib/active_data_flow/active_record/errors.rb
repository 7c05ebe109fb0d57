# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # What an error of the database is about: one row, the moment, or the statement.
    module Errors
      # SQLSTATE: data exceptions, integrity constraints, RAISE in a trigger.
      ROW_STATES = /\A(22|23|P0001)/
      # serialization failure, deadlock, lost connection, server going down, too many connections
      MOMENT_STATES = /\A(40|08|57P|53300|55P03)/
      # lost connection, server going down, too many connections
      LOST_STATES = /\A(08|57P|53300)/
      # What a model does not take.
      MODEL_ERRORS = [::ActiveRecord::RecordInvalid, ::ActiveRecord::RecordNotSaved, ::ActiveRecord::RecordNotDestroyed, ::ActiveRecord::ReadOnlyRecord].freeze
      ROW_CLASSES = %w[NotNullViolation RecordNotUnique InvalidForeignKey ValueTooLong RangeError CheckViolation ExclusionViolation].freeze
      # MySQL's numbers for the same: data too long or out of range, incorrect values, constraints, SIGNAL; the last ones are
      # MySQL's and MariaDB's for a check.
      ROW_NUMBERS = [1048, 1062, 1216, 1217, 1264, 1265, 1292, 1366, 1406, 1451, 1452, 1644, 3819, 4025].freeze
      # record has changed since it was read, lock wait, deadlock, not to be waited for; too many connections, server going
      # down, connection killed or idle for too long
      MOMENT_NUMBERS = [1020, 1205, 1213, 3572].freeze
      LOST_NUMBERS = [1040, 1053, 1203, 1927, 4031].freeze
      # What ActiveRecord says of a save that a callback has stopped without a word.
      SILENT = /\A(Failed to save the record|Validation failed: |Record invalid|ActiveRecord::\w+)\z/
      private_constant :SILENT, :MODEL_ERRORS, :ROW_STATES, :MOMENT_STATES, :LOST_STATES, :ROW_CLASSES, :ROW_NUMBERS, :MOMENT_NUMBERS, :LOST_NUMBERS

      module_function

      # @param error [Exception]
      # @return [Boolean] whether a row is at fault, so that the others can go on without it
      def row?(error)
        return true if MODEL_ERRORS.any? { |kind| error.is_a?(kind) }
        return true if ROW_CLASSES.include?(error.class.name.to_s[/[^:]+\z/])

        cause = cause_of(error)
        return state_of(cause).match?(ROW_STATES) if state_of(cause)
        return ROW_NUMBERS.include?(number_of(cause)) if number_of(cause)

        constraint?(cause)
      end

      # @return [Boolean] whether a value is at fault, and no constraint: what a step in SQL cannot compute with
      def value?(error)
        cause = cause_of(error)
        state = state_of(cause)
        state ? state.start_with?("22") : overflow?(cause)
      end

      # @return [Boolean] whether the same statements may go through later
      def transient?(error)
        return true if error.is_a?(::ActiveRecord::TransactionRollbackError) || error.is_a?(::ActiveRecord::LockWaitTimeout)
        return true if error.is_a?(::ActiveRecord::ConnectionFailed) || error.is_a?(::ActiveRecord::ConnectionNotEstablished)

        cause = cause_of(error)
        return (MOMENT_NUMBERS + LOST_NUMBERS).include?(number_of(cause)) if number_of(cause)

        state = state_of(cause)
        state ? state.match?(MOMENT_STATES) : error.message.match?(/server closed the connection|connection (is )?(bad|closed)|database is locked/i)
      end

      # @return [Boolean] whether the server, or the way to it, is gone
      def lost?(error)
        return false unless error.is_a?(::ActiveRecord::ActiveRecordError)
        return true if error.is_a?(::ActiveRecord::ConnectionFailed)
        return !error.is_a?(::ActiveRecord::ConnectionTimeoutError) if error.is_a?(::ActiveRecord::ConnectionNotEstablished)

        cause = cause_of(error)
        return LOST_NUMBERS.include?(number_of(cause)) if number_of(cause)

        state = state_of(cause)
        state ? state.match?(LOST_STATES) : error.message.match?(/server closed the connection|connection (is )?(bad|closed)/i)
      end

      # @return [String, nil] the column that the database names
      def column(error)
        return error.record.errors.attribute_names.first&.to_s if validation?(error)

        cause = cause_of(error)
        return field(cause, "PG_DIAG_COLUMN_NAME") if pg?(cause)

        cause.message[number_of(cause) ? /\bcolumn ['`](?:.*`\.`)?(\w+)['`]/i : /constraint failed: \w+\.(\w+)\z/, 1]
      end

      # @return [String] one sentence
      def reason(error)
        return reason_of_model(error) if validation?(error)

        cause = cause_of(error)
        return [field(cause, "PG_DIAG_MESSAGE_PRIMARY"), field(cause, "PG_DIAG_MESSAGE_DETAIL")].compact.join(": ") if pg?(cause) && cause.result

        words = cause.message.lines.first.to_s.chomp
        number_of(cause) ? words.sub(/\A\d+: /, "").sub(/ \(trilogy_\w+\)\z/, "") : words
      end

      def validation?(error) = error.respond_to?(:record) && error.record.respond_to?(:errors)

      def reason_of_model(error)
        return error.record.errors.full_messages.join(", ") if error.record.errors.any?
        return error.message unless error.message.match?(SILENT)

        "a callback of #{error.record.class.name} has stopped the save without a reason; errors.add(:base, \"...\") before throw :abort gives one"
      end

      def cause_of(error) = (error.is_a?(::ActiveRecord::ActiveRecordError) && error.cause) || error

      def pg?(cause) = defined?(::PG::Error) && cause.is_a?(::PG::Error)

      def state_of(cause) = (field(cause, "PG_DIAG_SQLSTATE") if pg?(cause) && cause.result)

      # MySQL's, by the clients mysql2 and trilogy.
      def number_of(cause)
        return if pg?(cause)

        cause.respond_to?(:error_number) ? cause.error_number : (cause.error_code if cause.respond_to?(:error_code))
      end

      def field(cause, name) = cause.result&.error_field(::PG.const_get(name))

      def constraint?(cause)
        return false unless sqlite?(cause)

        [::SQLite3::ConstraintException, ::SQLite3::MismatchException, ::SQLite3::TooBigException].any? { |kind| cause.is_a?(kind) } || overflow?(cause)
      end

      # What SQLite says where a step that is printed as SQL meets a value that it refuses in Rust.
      def overflow?(cause) = sqlite?(cause) && cause.message.start_with?("integer overflow")

      def sqlite?(cause) = defined?(::SQLite3::Exception) && cause.is_a?(::SQLite3::Exception)
      private_class_method :validation?, :reason_of_model, :cause_of, :pg?, :state_of, :number_of, :field, :constraint?, :overflow?, :sqlite?
    end
  end
end
