# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # The runs that tasks have started.
      module Children
        # (see RunStore::Dispatching#children_of)
        def children_of(task_id)
          database.with_connection { |connection| read(connection, "parent_task_id = :task", task: task_id.to_s) }
        end

        # (see RunStore::Dispatching#count_children)
        def count_children(task_id)
          database.with_connection do |connection|
            ask(connection, "SELECT COUNT(*) AS runs FROM #{Statements::RUNS} WHERE parent_task_id = :task", task: task_id.to_s).first["runs"]
          end
        end
      end
    end
  end
end
