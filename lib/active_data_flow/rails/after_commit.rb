# frozen_string_literal: true

module ActiveDataFlow
  # What may be done only when it is certain that the rows which it is about are there: a job that is enqueued inside the
  # transaction that makes its row finds none, or runs for one that is taken back.
  #
  #   ActiveDataFlow::AfterCommit.call { job.enqueue }
  module AfterCommit
    class << self
      # Calls the block when every transaction of this thread has committed, whatever its database; at once where none is
      # open; never when one of them, or a savepoint around this call, is rolled back. Transactions that tests wrap
      # around an example are none.
      # @return [void]
      # @raise whatever the block raises, out of the call or out of the outermost transaction, which has committed by then
      def call(&block)
        return yield unless defined?(::ActiveRecord::Base)
        return ::ActiveRecord.after_all_transactions_commit(&block) if ::ActiveRecord.respond_to?(:after_all_transactions_commit)

        by_records(&block)
      end

      private

      # Before Rails 7.2 a transaction tells its end to records only.
      def by_records(&block)
        transactions = open_transactions
        return yield if transactions.empty?

        left = transactions.size
        transactions.each { |transaction| transaction.add_record(Witness.new { block.call if (left -= 1).zero? }) }
      end

      # The innermost one of each connection: a savepoint hands its records on when it ends well.
      def open_transactions
        pools = ::ActiveRecord::Base.connection_handler.connection_pool_list(:all)
        pools.filter_map { |pool| pool.active_connection?&.current_transaction }.select { |one| one.open? && one.joinable? }
      end
    end

    # What a transaction takes for a record that was saved inside it.
    class Witness
      # @yield when it has committed
      def initialize(&block)
        @block = block
      end

      # @private
      def committed!(should_run_callbacks: true) = should_run_callbacks && @block.call

      # @private
      def rolledback!(force_restore_state: false, should_run_callbacks: true) = nil

      # @private
      def before_committed! = nil

      # @private
      def trigger_transactional_callbacks? = true
    end
    private_constant :Witness
  end
end
