# frozen_string_literal: true

require "monitor"
require_relative "marks"

module Operations
  module Storage
    # Where tasks are kept. An adapter subclasses this and writes five methods: {#save}, {#find}, {#sleeping_tasks},
    # {#sub_tasks_of}, {#delete_old}. All others have defaults made of those; {#delete} and {#all} have to be written by
    # an adapter whose tasks are to be deleted, listed or `unique_by` something.
    #
    # The defaults are right for one process. A storage that is shared by processes overrides {#exclusively} with a lock
    # that they share, or {#claim}, {#claim_copy} and {#save_with} with what its database can do atomically. The defaults
    # know no leases: a task whose process was killed while it ran stays active until an adapter makes it waiting again.
    class Base
      TURNS = Monitor.new
      private_constant :TURNS

      # @private
      def self.new(...)
        adapter = super
        adapter.keeps_versions? ? adapter : adapter.extend(Marks)
      end

      # Stores a task, new or known; gives it an id if it has none, and sets `updated_at`.
      # @param task [Operations::Task]
      # @return [Operations::Task] the same
      # @raise [Busy] when the stored task was changed since this copy was read, where the storage can tell
      def save(task) = _abstract(:save)

      # @param id [String, Integer]
      # @return [Operations::Task, nil]
      def find(id) = _abstract(:find)

      # For who has just been overtaken inside a transaction that goes on seeing what there was at its beginning.
      # @param id (see #find)
      # @return [Operations::Task, nil] as it is now
      def find_now(id) = find(id)

      # @param task_class [Class, nil] only tasks of this class and those below it
      # @return [Array<Operations::Task>] waiting tasks whose `wake_at` has come, or whose timeout has passed
      def sleeping_tasks(task_class = nil) = _abstract(:sleeping_tasks)

      # @param task [Operations::Task]
      # @return [Array<Operations::Task>] those it started, in that order
      def sub_tasks_of(task) = _abstract(:sub_tasks_of)

      # Deletes finished tasks; an unfinished one is never deleted.
      # @param task_class [Class, nil] only tasks of this class and those below it
      # @param before [Time] those whose `delete_at` is not later
      # @return [Integer] how many
      def delete_old(task_class = nil, before:) = _abstract(:delete_old)

      # @param id [String, Integer]
      # @return [Boolean] whether there was one
      def delete(id) = _abstract(:delete)

      # @param task_class [Class, nil] only tasks of this class and those below it
      # @return [Array<Operations::Task>]
      def all(task_class = nil) = _abstract(:all)

      # @yieldparam task [Operations::Task]
      # @return [self, Enumerator]
      def each(task_class = nil, &block)
        return enum_for(:each, task_class) unless block

        all(task_class).each(&block)
        self
      end

      # Claims a task that is due, for the caller to run: it is active from then on.
      # @param now [Time, Integer] a moment, or microseconds since the epoch
      # @return [Boolean] true once per due wake
      def claim(id, now = Clock.now_us)
        now_us = _moment_us(now)
        exclusively do
          task = find(id)
          (task&.waiting? && _due?(task, now_us)) ? _claim_found(task) : false
        end
      end

      # Claims a waiting task, due or not, if it is still as this copy has it.
      # @param task [Operations::Task] the copy; afterwards it counts as the newest
      # @return [Boolean] whether the caller may run it
      def claim_copy(task, now_us)
        exclusively do
          stored = find(task.id)
          next false unless stored&.waiting? && stored.updated_at == task.updated_at

          _claim_found(stored)
          task.updated_at = stored.updated_at
          task.claimed_as(self, nil)
          true
        end
      end

      # Stores a new task.
      # @return [Operations::Task] itself, or the unfinished one with the same `unique_by`
      def insert(task)
        key = task.unique_key
        return save(task) unless key

        exclusively do
          all(task.class).find { |other| !other._finished? && other.unique_key == key } || save(task)
        end
      end

      # Stores a task and the sub-tasks its handler started: these first, so that a handler which is repeated after a
      # crash between the two finds them by their `start_key`.
      # @return [Array<Operations::Task>] the sub-tasks as they are stored
      def save_with(task, children)
        save(task) unless task.id
        known = sub_tasks_of(task).to_h { |child| [child.start_key, child] }
        stored = children.map do |child|
          child.parent_task_id = task.id
          (child.start_key && known[child.start_key]) || insert(child)
        end
        save(task)
        stored
      end

      # Asked about the store of runs of a flow that a handler starts.
      # @return [Boolean] whether what is written there in a block of {#save_with} is committed with the task, or not at all. A
      #   storage that says so calls that block inside its transaction, behind its guard
      def commits_with?(_run_store) = false

      # Makes the waiting parent of a task that ended due.
      # @param id [String, Integer] of the parent
      # @return [Boolean] whether it was waiting
      def signal(id)
        exclusively do
          parent = find(id)
          next false unless parent&.waiting?

          parent.wake_at = Clock.time(Clock.now_us)
          save(parent)
          true
        end
      end

      # @param statuses [Array<Symbol>, nil] nil: all
      # @return [Integer]
      def count_sub_tasks(task, statuses = nil)
        sub_tasks_of(task).count { |child| statuses.nil? || statuses.include?(child._status_name) }
      end

      # @param model [Object] that stands in an attribute which the tasks' classes `index`
      # @param attribute_name [Symbol, String, nil] only in this one
      # @return [Array<Operations::Task>]
      def tasks_of(model, attribute_name = nil)
        each.select do |task|
          task.participants.any? do |entry|
            entry.participant == model && (attribute_name.nil? || entry.attribute_name == attribute_name.to_s)
          end
        end
      end

      # Called when a model is deleted that stands in an attribute which tasks `index`. A storage that keeps such places by
      # themselves removes them.
      # @param model [Object]
      def forget(model) = nil

      # @return [String, nil] an id for a task to be, or nil where only a save gives one
      def new_id = nil

      # @return [Boolean] whether the adapter itself guards its writes by a version, and calls `task.stored_as(self, version)`
      def keeps_versions? = false

      # @return [Boolean] whether `action transaction: true` can be kept
      def transactions? = false

      # Where {#transactions?}: what is stored in the block is committed with what else its database is told there, or
      # none of it is.
      # @param task [Operations::Task] whose handler runs in it
      # @yield
      # @return [void]
      # @raise whatever the block raised
      def transaction(task) = _abstract(:transaction)

      # @yield when what was stored here so far is there for others to see: at once, unless a transaction is open
      def after_commit = yield

      # @private what a burst may write to directly, if this storage has such a thing and keeps the task
      # @return [ActiveDataFlow::Native::Run, nil]
      def burst_of(_task) = nil

      # @param model [Object] with an `id`
      # @return [Hash] :id and :type, which is what is stored of it
      def serialise_model(model)
        return {id: model.id, type: model.class.name} if model.respond_to?(:id)

        raise ArgumentError, "a model is stored by its id, and #{model.inspect} has none"
      end

      # @param data [Hash, nil] :id and :type
      # @param class_name [String] a class that the task declared; `data[:type]` was checked against it
      # @return [Object, nil] nil when the record is gone
      # @raise [Error] when its class cannot look for it
      def deserialise_model(data, class_name)
        return nil if data.nil?

        model_class = Object.const_get(class_name)
        return model_class.find_by(id: data[:id]) if model_class.respond_to?(:find_by)
        return model_class.find(data[:id]) if model_class.respond_to?(:find)

        raise Error, "#{class_name} answers neither find_by nor find, so the #{class_name} with the id #{data[:id].inspect} cannot be " \
          "located. Write def self.find(id) in #{class_name}, or keep what the task needs of it in an attribute (has_attribute)"
      end

      private

      # Names with an underscore, since all others are the adapter's.
      def _abstract(name)
        raise NotImplementedError, "#{self.class} has to define ##{name}; Operations::Storage::Base only says what it does"
      end

      def _due?(task, now_us)
        [task.wake_at, task.timeout_at].any? { |moment| moment && Clock.us(moment) <= now_us }
      end

      # The defaults look and then write, so they take turns: those of all threads, until an adapter does more.
      # @yield while nobody else is between its look and its write; may be entered again by who is inside
      # @return [Object] what the block returned
      def exclusively(&block) = TURNS.synchronize(&block)

      # For an adapter that keeps versions, when its guarded write matched nothing: ends the save of an old copy, in the
      # one way by which a run that was overtaken knows that it is to end quietly.
      # @raise [Busy]
      def refuse_old_copy(task) = raise(task._fenced)

      def _claim_found(task)
        task.status = :active
        save(task)
        true
      end

      def _moment_us(now) = now.is_a?(Integer) ? now : Clock.us(now)
    end
  end
end
