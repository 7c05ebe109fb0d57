# frozen_string_literal: true

module ActiveDataFlow
  # What leans on the library of that name, which is `::ActiveRecord` in here.
  module ActiveRecord
    # One database, by ActiveRecord's own connections: those of the calling thread, so that what a sink's model writes
    # inside a commit is part of it.
    class Database
      KINDS = {"sqlite" => :sqlite, "postgres" => :postgresql, "postgis" => :postgresql, "mysql" => :mysql, "trilogy" => :mysql}.freeze
      IN_MEMORY = [nil, "", ":memory:"].freeze
      # How often something is begun that gives way to others, and after how many seconds at most, times the number of tries:
      # many who begin again at once would meet again.
      TRIES = 5
      PAUSE = 0.05
      private_constant :KINDS, :IN_MEMORY, :TRIES, :PAUSE

      # @return [Class]
      attr_reader :connection_class

      # @param pool [::ActiveRecord::ConnectionAdapters::ConnectionPool]
      # @return [Boolean] whether all threads share one connection, as they do under transactional fixtures; Rails until 7.1 pins
      #   a thread
      def self.pinned?(pool) = %i[@pinned_connection @lock_thread].any? { |pin| pool.instance_variable_get(pin) }

      # What has no zone in the database is UTC here, in Rust, in SQL and in Ruby.
      # @raise [ConfigurationError]
      def self.refuse_local_time
        return if ::ActiveRecord.default_timezone == :utc

        raise ConfigurationError, "ActiveRecord.default_timezone is #{::ActiveRecord.default_timezone.inspect}, and active_data_flow keeps and reads moments " \
          "without a zone in UTC, as ActiveRecord does by default. Write config.active_record.default_timezone = :utc, and convert what is stored"
      end

      # @param connection_class [Class] whose pool it is, e.g. a model or an abstract class of another database
      # @param place [Hash] :role and :shard, as in `connected_to`
      # @raise [ConfigurationError] where moments are kept in local time
      def initialize(connection_class = ::ActiveRecord::Base, **place)
        self.class.refuse_local_time
        @connection_class = connection_class
        @place = place.compact
      end

      # @return [Symbol] :sqlite, :postgresql or :mysql
      # @raise [Error] for any other
      def kind
        adapter = pool.db_config.adapter.to_s
        KINDS.each { |start, kind| return kind if adapter.start_with?(start) }
        raise Error, "runs can be kept in SQLite, PostgreSQL and MySQL, and #{@connection_class} is connected by #{adapter}"
      end

      # @return [ActiveRecord::ConnectionAdapters::ConnectionPool]
      def pool = connected { @connection_class.connection_pool }

      # @yield where the class finds the database of that role and shard
      # @return [Object] what the block returned
      def connected(&) = @place.empty? ? yield : @connection_class.connection_class_for_self.connected_to(**@place, &)

      # @yieldparam connection this thread's
      def with_connection(&) = pool.with_connection(&)

      # @param text [String, nil] that may be personal
      # @return [String, nil] as it is to be stored
      def seal(text) = Sealed.seal(text)

      # @param text [String, nil] as {#seal} gave it
      # @return [String, nil]
      def open(text) = Sealed.open(text)

      # @return [Boolean] whether somebody else began a transaction on this thread's connection
      def inside_transaction? = !!pool.active_connection? && pool.with_connection(&:transaction_open?)

      # A transaction, or a savepoint where one is open. After an error nobody knows what became of it, so a connection
      # to a server is dropped then: nothing that follows may find its old session.
      # @yieldparam connection [Object]
      # @yieldparam alone [Boolean] whether this is the outermost transaction
      def transaction
        pool.with_connection do |connection|
          alone = !connection.transaction_open?
          answer = Whole.transaction(connection, **(alone ? isolation : {requires_new: true})) { yield connection, alone }
          known = true
          answer
        rescue LeaseLost, RunStore::AtWork, RunStore::Owing, RunStore::Inactive, RunStore::Rejecting::Unreplayed, Engine::Premises::Outdated, Engine::Partition::Unsplit
          known = true
          raise
        ensure
          # Also where no rescue is run: Thread#kill and throw leave as much behind.
          drop(connection) if alone && !known
        end
      end

      # The same on a connection that is at hand, which goes on after an error.
      # @return [Object] what the block returned
      def whole(connection, &) = Whole.transaction(connection, &)

      # A transaction beside this thread's, where that has one open and the database lets more than one write. Of a pinned
      # connection there is no other: a thread would wait for this one's, which waits for the thread.
      def apart(&)
        return with_connection(&) if kind == :sqlite || self.class.pinned?(pool) || !inside_transaction?

        Thread.new { with_connection(&) }.tap { |thread| thread.report_on_exception = false }.value
      end

      # A transaction on a connection that no failed one was on; if it fails as well, that connection is dropped too.
      def anew(&) = transaction(&)

      # A connection outside the pool, closed afterwards: a pool may have none to spare.
      # @param changes [Hash] of the configuration
      def own_connection(**changes)
        connection = connect(**changes)
        connection.verify! # Rails 7.2 and 8.0 lock themselves out where the first thing they are asked is what tables are like
        yield connection
      ensure
        connection&.disconnect!
      end

      # @return [Boolean] whether only this process can see it, in one connection
      def private? = kind == :sqlite && IN_MEMORY.include?(pool.db_config.database)

      # @return [Boolean] a unique index was in the way
      def taken?(error) = error.is_a?(::ActiveRecord::RecordNotUnique)

      # @return [Boolean] a lock did not come in time
      def busy?(error)
        error.is_a?(::ActiveRecord::LockWaitTimeout) || error.is_a?(::ActiveRecord::StatementTimeout) ||
          (error.is_a?(::ActiveRecord::StatementInvalid) && error.message.match?(/database( table)? is locked|SQLite3::BusyException/))
      end

      # @return [Boolean] the transaction is gone for the sake of others, and may be begun again at once
      def rolled_back?(error) = Errors.transient?(error) && !busy?(error) && !unreachable?(error)

      # What the database has given up for the sake of others is begun again. What the application has begun is not ours to
      # begin again, and a lost answer may have been a yes.
      # @param patient [Boolean] whether to wait for a lock for longer than a server does by itself
      # @return [Object] what the work returned
      def begun_again(patient: false)
        left = TRIES
        begin
          yield
        rescue => error
          raise if (left -= 1).zero? || inside_transaction? || !(rolled_back?(error) || (patient && given_up?(error)))

          Kernel.sleep(Random.rand * PAUSE * (TRIES - left))
          retry
        end
      end

      # @return [Boolean] the database, not the program, is what went wrong
      def trouble?(error) = error.is_a?(::ActiveRecord::ActiveRecordError)

      # @return [Boolean] the connection was lost, or there was none to be had
      def unreachable?(error) = Errors.lost?(error)

      # @return [Hash] options of a transaction: what waits for a row has to see it as it is then, whatever the application's
      #   default is
      def isolation = (kind == :sqlite) ? {} : {isolation: :read_committed}

      private

      # MySQL does so after a time of its own; elsewhere only those give up a wait who have said when.
      def given_up?(error) = kind == :mysql && error.is_a?(::ActiveRecord::LockWaitTimeout)

      def connect(**changes)
        config = pool.db_config
        config = config.class.new(config.env_name, config.name, config.configuration_hash.merge(changes)) if changes.any?
        return config.new_connection if config.respond_to?(:new_connection)

        ::ActiveRecord::Base.public_send(config.adapter_method, config.configuration_hash) # before Rails 7.2
      end

      # SQLite has no session that could be lost, and in memory it is gone with its connection.
      def drop(connection)
        connection.throw_away! unless kind == :sqlite
      end
    end
  end
end
