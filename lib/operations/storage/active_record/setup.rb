# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What a storage works with once it has seen its database.
      class Setup
        # @return [Schema]
        attr_reader :schema
        # @return [Statements]
        attr_reader :statements
        # @return [VersionGuard, ContentGuard]
        attr_reader :guard
        # @return [Row]
        attr_reader :rows
        # @return [Participants]
        attr_reader :participants

        # @param storage [ActiveRecord]
        def initialize(storage)
          database = storage.database
          dialect = Dialect.for(database.kind, storage.clock)
          @schema = database.with_connection { |connection| Schema.new(connection) }
          kind, guard = @schema.complete? ? [Statements, VersionGuard] : [OldStatements, ContentGuard]
          @statements = kind.new(dialect, database.private? ? nil : storage.lease_seconds)
          @guard = guard.new
          @rows = Row.new(storage, @schema, @guard)
          @participants = Participants.new(@schema, dialect)
          reduced = @schema.reduced(storage.handler_timeout, storage.lease_seconds)
          Operations.logger.warn(reduced) if reduced
        end
      end
    end
  end
end
