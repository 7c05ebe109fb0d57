# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # Which models stand in the attributes that a task's class indexes, in a table of their own.
      class Participants
        TABLE = Columns::PARTICIPANTS
        private_constant :TABLE

        # @param schema [Schema]
        # @param dialect [Dialect]
        def initialize(schema, dialect)
          @schema = schema
          @there = dialect.statement("SELECT participant_type, participant_id, attribute_name, id FROM #{TABLE} WHERE task_id = :task")
          @add = dialect.statement("INSERT INTO #{TABLE} (task_id, participant_type, participant_id, attribute_name, created_at, updated_at) " \
            "VALUES (:task, :type, :member, :attribute, :now, :now)")
        end

        # In the transaction that stores the task.
        def store(connection, task, id = task.id)
          there = @there.rows(connection, task: id).to_h { |*member, own_id| [member.map(&:to_s), own_id] }
          wanted = wanted(task)
          gone = there.except(*wanted).values
          connection.exec_delete("DELETE FROM #{TABLE} WHERE id IN (#{quoted(connection, gone)})") if gone.any?
          (wanted - there.keys).each do |type, member, attribute|
            @add.rows(connection, task: id, type:, member:, attribute:, now: Row.moment(Clock.now_us))
          end
        end

        # @return [String] a SELECT of the ids of the tasks that name the model
        def tasks_of(connection, model, attribute_name)
          values = {participant_type: type_of(model.class), participant_id: model.id.to_s, attribute_name: attribute_name&.to_s}.compact
          "SELECT task_id FROM #{TABLE} WHERE #{values.map { |name, value| "#{name} = #{connection.quote(value)}" }.join(" AND ")}"
        end

        # Those of a model that is deleted.
        def forget(connection, model)
          connection.exec_delete("DELETE FROM #{TABLE} WHERE participant_type = #{connection.quote(type_of(model.class))} " \
            "AND participant_id = #{connection.quote(model.id.to_s)}")
        end

        # Those of tasks that are deleted.
        # @param ids [String] in SQL
        def delete(connection, ids)
          connection.exec_delete("DELETE FROM #{TABLE} WHERE task_id IN (#{ids})") if @schema.participants?
        end

        private

        def wanted(task)
          models = task.serialised_models
          task.class.indexed_attributes.flat_map do |attribute|
            list = models[attribute.to_s]
            (list.is_a?(Array) ? list : [list]).compact.map { |model| [type_named(model["type"]), model["id"].to_s, attribute.to_s] }
          end.uniq
        end

        # As ActiveRecord's polymorphic associations have it: the class of the table, not the one below it.
        def type_of(model_class) = model_class.respond_to?(:polymorphic_name) ? model_class.polymorphic_name : model_class.name

        # A class that is not there (any more) stays the name it is.
        def type_named(type) = Object.const_defined?(type) ? type_of(Object.const_get(type)) : type

        def quoted(connection, values) = values.map { |value| connection.quote(value) }.join(", ")
      end
    end
  end
end
