# frozen_string_literal: true

module Operations
  module Machine
    # Serving interactions: one at a time, on the stored task, all or nothing.
    module Interactions
      # Claims the stored task, runs the interaction's block on it, stores everything in one write, then wakes it.
      # Inside a handler of the same task it runs as part of that handler.
      # @private
      # @return [self]
      # @raise [InvalidState] when the interaction is not legal in the stored state
      # @raise [Busy] when somebody else has been running the task for five seconds, or the caller is inside its handler
      def _serve(handler, args, keywords, block)
        return _serve_unborn(handler, args, keywords, block) if _unborn?
        return _serve_here(handler, args, keywords, block) if _running_here? || !stored?

        kept = unsaved_data
        claimed = _claim_for(handler)
        _telling_interaction(handler) do
          from = @current_state
          _all_or_nothing(claimed, kept) { handler.perform(self, args, keywords, block) }
          _store_or_undo(handler, from, claimed, kept) unless @_destroyed
        end
        return _delete_interacted if @_destroyed

        wake_up!
      rescue Fenced
        _give_back
        raise
      end

      private

      def _serve_here(handler, args, keywords, block)
        _refuse_stranger
        handler.perform(self, args, keywords, block)
        _moved_by(handler.name.name) unless @_running
        wake_up!
      end

      # All or nothing, on the copy that is going to be stored.
      def _serve_unborn(handler, args, keywords, block)
        before = dup
        handler.perform(self, args, keywords, block)
        _moved_by(handler.name.name) unless @_trail[-4] == @current_state
        _about_to_be_stored
        before = nil
        _unborn? ? wake_up! : self
      ensure
        _adopt(before, before.unsaved_data) if before
      end

      # @return [Operations::Task] the task as it is stored: claimed, or finished
      def _claim_for(handler)
        patience_ends = _monotonic + PATIENCE
        look = :find
        Kernel.loop do
          unless @_running # by another fiber, with this very object
            stored = _stored_copy(look)
            _time_out_first && next if timeout_expired?
            handler.check(self) unless active?
            return _take_over(stored) if _finished? || Operations.storage.claim_copy(stored, Clock.now_us)

            look = :find_now # what has been seen in a transaction may be old
          end
          raise _busy_with_itself(handler) if UnderWay.another?(self)
          raise _busy(handler) if _monotonic > patience_ends

          Kernel.sleep(PAUSE)
        end
      end

      def _stored_copy(look)
        stored = Operations.storage.public_send(look, @id)
        raise Error.new("#{self} is no longer stored, so nobody can act on it", self) unless stored

        _refuse_old_changes(stored)
        _adopt(stored)
        stored
      end

      # What was assigned on a copy that is out of date would overwrite what somebody else has stored since.
      def _refuse_old_changes(stored)
        return if stored._version == @_version || unsaved_data.empty?

        raise Busy.new("#{self} has unsaved changes and is older than what is stored: reload it, then make them again.", self)
      end

      def _take_over(stored)
        _adopt(stored)
        stored
      end

      # Without an `on_timeout` this raises: too late is too late.
      def _time_out_first = execute_wake

      def _all_or_nothing(claimed, kept)
        outer = UnderWay.enter(self)
        @_running = :interaction
        @_runner = Fiber.current
        done = false
        yield
        done = true
      rescue Error => error
        error.about(self)
        raise
      ensure
        UnderWay.leave(outer)
        @_running = false
        _undo(claimed, kept) unless done
      end

      # Nothing of the block is stored; the task waits as it did before.
      def _undo(claimed, kept)
        @_started = @_mover = @_destroyed = nil
        _put_back(claimed)
        _adopt(claimed, kept)
      end

      # Somebody may have changed the task, or the storage be gone: what the block raised is the error to see.
      def _put_back(claimed)
        Operations.storage.save(claimed) unless claimed._finished?
      rescue Fenced
        _give_back
      rescue Recorded => error
        Operations.logger.error("#{self} could not be given back: #{ActiveDataFlow::Shown.error(error)}")
      end

      # What cannot be stored has not happened either: a text that is no UTF-8, a key that another task holds.
      def _store_or_undo(handler, from, claimed, kept)
        done = false
        _store_interaction(handler, from)
        done = true
      ensure
        _undo(claimed, kept) unless done
      end

      def _store_interaction(handler, from)
        _moved_by(handler.name.name) unless @_trail[-4] == @current_state
        now = Clock.now_us
        self._life = @_plan.sleep(_life, now, now) unless _finished?
        _store_step(from)
      end

      def _delete_interacted
        _forget
        _delete
      end

      # Its own handler would have to end first.
      def _busy_with_itself(handler)
        Busy.new("#{self} is being run right here, by the handler that called ##{handler.name} on another object of it, and " \
          "cannot wait for itself. Call ##{handler.name} on the task that runs (self), or when its handler has ended.", self)
      end

      def _busy(handler)
        Busy.new("#{self} is being run by somebody else; ##{handler.name} waited #{PATIENCE.to_i} seconds and did nothing. " \
          "Try again later.", self)
      end

      def _monotonic = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
