# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # A new row, unless one of its keys is taken. Its answer is the id.
      #
      # sets:: Hash{Symbol => String}, columns and expressions
      Insert = Data.define(:sets) do
        # @return [String] without what the databases spell in their own ways
        def sql = "INSERT INTO #{Columns::TASKS} (#{sets.keys.join(", ")}) VALUES (#{sets.values.join(", ")})"
      end

      # A guarded UPDATE. Its answer is what was asked of the rows that matched, as they are afterwards.
      #
      # sets:: Hash{Symbol => String}, columns and expressions; a column comes behind those that are worked out from what it was,
      #        since MySQL reads from left to right
      # where:: String, the condition
      # returning:: String, columns or expressions of them
      # rows:: Symbol: the :one of an id; the same if it is :free, which is passed over when somebody has locked it; or :some,
      #        passing over others
      Change = Data.define(:sets, :where, :returning, :rows) do
        # (see Insert#sql)
        def sql = "UPDATE #{Columns::TASKS} SET #{sets.map { |name, value| "#{name} = #{value}" }.join(", ")}"

        # @return [String] a SELECT of the rows that match
        def ids = "SELECT id FROM #{Columns::TASKS} WHERE #{where}"
      end
    end
  end
end
