# frozen_string_literal: true

module ActiveDataFlow
  module Connector
    class Sink
      class ActiveRecord < self
        # What a row would do to the record that has the same key.
        class KeyCollision < Collision
          # @param transformed [Hash, Message]
          # @return [Integer]
          def predicted_write_result(transformed:)
            row = Message.row(transformed)
            record = sink.existing(row) or return NEW_TRANSFORMED_RECORD
            record.assign_attributes(row)
            record.changed? ? UPDATED_TRANSFORMED_RECORD : REDUNDANT_TRANSFORMED_RECORD
          end
        end
      end
    end
  end
end
