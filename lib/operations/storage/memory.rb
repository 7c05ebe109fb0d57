# frozen_string_literal: true

module Operations
  module Storage
    # Tasks in the memory of this process, kept in Rust: for tests, scripts, and programs of one process.
    # What is saved and what is found are copies; waking k of n tasks costs k, not n.
    class Memory < Base
      def initialize
        super
        @store = ActiveDataFlow::Native::TaskStore.new
        @pid = Process.pid
        @classes = {} # by name, as they were first seen: one that was loaded anew may have other types
        @direct = method(:save).owner == Memory
      end

      # (see Base#save)
      def save(task)
        write(task, task.version_in(self)) unless task._store_move(self, @store)
        task
      end

      # (see Base#insert)
      def insert(task)
        return save(task) if task.version_in(self)

        task.id ||= new_id
        task._touch(Clock.now_us)
        @classes[task.type] ||= task.class
        answer = @store.insert(*insert_fields(task))
        return find(answer) || insert(task) if answer.is_a?(String)

        task.stored_as(self, answer)
      end

      # (see Base#save_with)
      def save_with(task, children)
        task.id ||= new_id
        children.each do |child|
          child.parent_task_id = task.id
          child.id ||= new_id
          @classes[child.type] ||= child.class
          child._touch(Clock.now_us)
        end
        _version, ids = write(task, task.version_in(self), children.map { |child| insert_fields(child) })
        children.zip(ids).map { |child, id| (id == child.id) ? child.stored_as(self, 1) : child._adopt(find(id), {}) }
      end

      # (see Base#find)
      def find(id) = restored(@store.fetch(id.to_s))

      # (see Base#sleeping_tasks)
      def sleeping_tasks(task_class = nil)
        @store.due(Clock.now_us, types(task_class), nil).filter_map { |row| restored_or_logged(row) }
      end

      # (see Base#sub_tasks_of)
      def sub_tasks_of(task)
        return [] unless task.id

        @store.children(task.id.to_s, nil).map { |row| restored(row) }
      end

      # (see Base#count_sub_tasks)
      def count_sub_tasks(task, statuses = nil)
        @store.count_children(task.id.to_s, statuses&.map { |status| Machine::CODES.fetch(status) })
      end

      # (see Base#delete_old)
      def delete_old(task_class = nil, before:) = @store.delete_old(_moment_us(before), types(task_class))

      # (see Base#delete)
      def delete(id) = @store.delete(id.to_s)

      # (see Base#all)
      def all(task_class = nil) = each(task_class).to_a

      # (see Base#each)
      def each(task_class = nil)
        return enum_for(:each, task_class) unless block_given?

        @store.ids(types(task_class)).each do |id|
          task = find(id)
          yield task if task
        end
        self
      end

      # (see Base#claim)
      def claim(id, now = Clock.now_us) = !@store.claim(id.to_s, _moment_us(now)).nil?

      # (see Base#claim_copy)
      def claim_copy(task, now_us)
        version = @store.take(task.id.to_s, task.version_in(self) || -1, now_us)
        return false unless version

        task.claimed_as(self, version)
        true
      end

      # (see Base#signal)
      def signal(id) = @store.signal(id.to_s, Clock.now_us)

      # (see Base#keeps_versions?)
      def keeps_versions? = true

      # @return [Boolean] whether this is a fork's copy, which sees nothing of what its parent and siblings do
      def copied_by_fork? = @pid != Process.pid

      # (see Base#new_id)
      def new_id = ActiveDataFlow::Native.uuid(Random.urandom(16))

      # A subclass or a spy that wants to see each save sees it.
      # @private
      def burst_of(task)
        version = @direct && task.version_in(self)
        @store.run(task.id.to_s, version, task._plan, Clock.system?) if version
      end

      # @return [Integer] how many tasks are stored
      def size = @store.size

      # @return [Hash] counts by status, and the bytes they take
      def stats = @store.stats

      private

      def singleton_method_added(name)
        super
        @direct = false if name == :save
      end

      def write(task, version, children = nil)
        task.id ||= new_id
        task._touch(Clock.now_us)
        changed = version.nil? || task._data_changed?
        @classes[task.type] ||= task.class unless version
        answer = @store.put(task.id.to_s, version, task._plan, task._life,
          (task.serialised_attributes if changed), (task.serialised_models if changed), failure(task),
          task._trail_now, task.parent_task_id&.to_s, (task.unique_key unless task._finished?), children)
        refuse_old_copy(task) unless answer
        task.stored_as(self, Array(answer).first)
        answer
      end

      def insert_fields(task)
        [task.id.to_s, task._plan, task._life, task.parent_task_id&.to_s, task.start_key,
          (task.unique_key unless task._finished?), task.serialised_attributes, task.serialised_models, task._trail_now]
      end

      def failure(task)
        return false unless task.exception_class

        [task.exception_class, task.exception_message, task.exception_backtrace]
      end

      def restored(row)
        return unless row

        klass = Registry.fetch(row[2])
        klass.from_row(row, self, @classes[row[2]].equal?(klass))
      end

      # A task that cannot be read back (of a class without a name) must not keep all the others asleep.
      def restored_or_logged(row)
        restored(row)
      rescue Error => error
        Operations.logger.error("task #{row[0]} is due, but cannot be woken: #{error.message}")
        nil
      end

      def types(task_class) = task_class && Registry.names_below(task_class)
    end
  end
end
