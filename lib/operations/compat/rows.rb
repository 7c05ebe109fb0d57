# frozen_string_literal: true

module Operations
  module Compat
    # The rows of tasks as ActiveRecord sees them, for conditions on their columns. Nothing is written through them.
    module Rows
      @by_class = {}.compare_by_identity
      @lock = Mutex.new

      # @param storage [Storage::ActiveRecord]
      # @return [Class] an ActiveRecord class
      # @raise [Error] when tasks are kept in no table
      def self.of(storage)
        unless storage.is_a?(Storage::ActiveRecord)
          raise Error, "tasks can be found by their columns where Operations::Storage::ActiveRecord keeps them; here it is #{storage.class}"
        end

        connection_class = storage.database.connection_class
        @lock.synchronize { @by_class[connection_class] ||= below(connection_class) }
      end

      def self.below(connection_class)
        Class.new(connection_class) do
          self.table_name = Storage::Columns::TASKS
          self.inheritance_column = nil
          enum :task_status, Machine::CODES, scopes: false, instance_methods: false
        end
      end
      private_class_method :below
    end
  end
end
