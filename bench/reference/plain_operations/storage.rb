# frozen_string_literal: true

module PlainOperations
  module Storage
    # As the plan has it: a Hash behind a Mutex. What is stored shares its attributes with the task that was saved.
    class Live
      def initialize
        @store = {}
        @mutex = Mutex.new
      end

      def save(task)
        task.id ||= SecureRandom.uuid.freeze
        task.updated_at = Time.now.utc
        data = pack(task)
        @mutex.synchronize { @store[task.id] = data }
        task
      end

      def find(id)
        data = @mutex.synchronize { @store[id] }
        data && restore(data)
      end

      def delete(id) = @mutex.synchronize { !@store.delete(id).nil? }

      def size = @store.size

      def sleeping_tasks(task_class = nil)
        now = Time.now.utc
        select(task_class) { |data| data[:status] == :waiting && (wake_at = data[:wake_at]) && wake_at <= now }
      end

      def sub_tasks_of(task)
        id = task.id
        select(nil) { |data| data[:parent_task_id] == id }
      end

      def delete_old(task_class = nil, before:)
        type = task_class&.name
        @mutex.synchronize do
          size = @store.size
          @store.delete_if { |_, data| (delete_at = data[:delete_at]) && delete_at <= before && (!type || data[:type] == type) }
          size - @store.size
        end
      end

      def serialise_model(model) = {id: model.id, type: model.class.name}

      def deserialise_model(data) = Object.const_get(data[:type]).find(data[:id])

      private

      # Chosen under the lock, restored outside of it: a model's `find` may come back to this storage.
      def select(task_class, &)
        type = task_class&.name
        chosen = @mutex.synchronize { @store.each_value.select(&) }
        chosen.select! { |data| data[:type] == type } if type
        chosen.map { |data| restore(data) }
      end

      def pack(task) = task.to_h

      def restore(data) = Object.const_get(data[:type]).restore_from(data)
    end

    # The same with nothing shared, which is what Operations::Storage::Memory promises: attributes are copied on the way in and
    # on the way out. Copying by hand is 2 to 9 times as quick as Marshal (measured).
    class Isolated < Live
      private

      def pack(task)
        data = task.to_h
        data[:attributes] = copy(data[:attributes])
        data
      end

      def restore(data)
        task = super
        task.attributes = copy(task.attributes)
        task
      end

      def copy(value)
        case value
        when String then value.frozen? ? value : value.dup
        when Hash then value.transform_values { |inner| copy(inner) }
        when Array then value.map { |inner| copy(inner) }
        else value
        end
      end
    end
  end
end
