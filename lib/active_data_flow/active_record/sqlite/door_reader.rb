# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Sqlite
      # Reads pages through the door: no value becomes a Ruby object.
      class DoorReader < Reader
        private

        def fill(connection, sql, batch, limit)
          SqliteDoor.read(connection) { |door| door.read(sql, [], batch, limit) }
        end
      end
    end
  end
end
