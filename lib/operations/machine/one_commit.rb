# frozen_string_literal: true

module Operations
  module Machine
    # `action :book, transaction: true`: what the handler writes in the storage's database, the sub-tasks that it starts and
    # the task's transition are committed together, or none of it happened.
    module OneCommit
      private

      # A handler that did not come to its commit has changed nothing, the task's attributes included: the task is as it
      # was when the handler began, for whoever records what went wrong.
      def _step_in_one_commit(stop)
        before = dup
        Operations.storage.transaction(self) do
          stop.handler.call(self)
          _store_handled(stop) unless @_destroyed
        end
        before = nil
        raise _gone if @_destroyed
      ensure
        _take_back_to(before) if before
      end

      def _take_back_to(before)
        @_started = @_mover = nil
        _adopt(before, before.unsaved_data)
      end
    end
  end
end
