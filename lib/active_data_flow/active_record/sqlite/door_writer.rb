# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Sqlite
      # Brings batches into the sink through the door: statements prepared by SQLite, bound and stepped in Rust, on
      # ActiveRecord's own connection and in its transaction.
      class DoorWriter < Writer
        # (see Writer#write)
        def write(connection, batch, first, last)
          SqliteDoor.write(connection) do |door|
            as_asked(door.writer(mode, @target.columns, **statements).write(batch, first, last))
          end
        rescue ::SQLite3::Exception => error
          raise if Errors.row?(error)

          raise ::ActiveRecord::StatementInvalid, "#{error.class}: #{error.message}"
        end

        private

        # Where nothing can change, an upsert is an insert that leaves alone what is there.
        def mode = (@target.mode == :upsert && @target.updated.empty?) ? :insert_only : @target.mode

        def as_asked(counts)
          (mode == @target.mode) ? counts : counts.merge(unchanged: counts[:unchanged] + counts[:skipped], skipped: 0)
        end

        def statements
          @statements ||= case mode
          when :insert then {insert: insert("")}
          when :insert_only then {insert: insert(" ON CONFLICT (#{@target.key_list}) DO NOTHING")}
          when :update_only then {update:, probe: "SELECT 1 FROM #{@target.table} WHERE #{match}"}
          else {insert: insert(" ON CONFLICT (#{@target.key_list}) DO NOTHING"), update:}
          end
        end

        def insert(conflict)
          names = [*@target.column_list, *@target.created_list]
          values = [*places(@target.columns), *@target.created_values]
          "INSERT INTO #{@target.table} (#{names.join(", ")}) VALUES (#{values.join(", ")})#{conflict}"
        end

        def update
          moved = @target.quote(@target.sink.moving_timestamps(@target.columns)).map { |name| "#{name} = #{@target.now}" }
          return "UPDATE #{@target.table} SET #{pairs(@target.key).first.join(" = ")} WHERE 1 = 0 AND #{match}" if @target.updated.empty?

          set = pairs(@target.updated).map { |name, place| "#{name} = #{place}" } + moved
          changed = pairs(@target.updated).map { |name, place| "#{name} IS NOT #{place}" }
          "UPDATE #{@target.table} SET #{set.join(", ")} WHERE #{match} AND (#{changed.join(" OR ")})"
        end

        def match = @target.key.zip(pairs(@target.key)).map { |key, (name, place)| "#{name} = #{place}#{@target.equality.say(key)}" }.join(" AND ")

        def pairs(names) = @target.quote(names).zip(places(names))

        def places(names) = names.map { |name| "?#{@target.columns.index(name) + 1}" }
      end
    end
  end
end
