# frozen_string_literal: true

module ActiveDataFlow
  # The row of a row that was put aside. {Run#rejects} reads them as people do, and {#picture} is one of these: what is mended,
  # replayed and discarded goes through it.
  class Reject < ApplicationRecord
    # Encrypted where the application encrypts; shown by nobody who only looks at the object.
    RunStore::Columns::PERSONAL.each { |name| attribute name, ActiveRecord::Sealed::Type.new }
    self.filter_attributes += RunStore::Columns::PERSONAL

    belongs_to :data_flow, inverse_of: :rejects
    belongs_to :run, class_name: "ActiveDataFlow::DataFlowRun", inverse_of: :reject_rows

    # @return [Run::Reject] as people look at it, read now
    def picture = Run::Reject.new(store, store.find_reject(id) || raise(Error, "reject #{id} is gone"))

    # (see Run::Reject#replay)
    def replay = picture.replay.tap { reload }

    # (see Run::Reject#discard!)
    def discard!
      picture.discard!
      reload
    end

    # A Hash as the row mends it; anything else as of any record.
    # @param attributes [Hash] with `row:` see {Run::Reject#update!}
    def update!(attributes)
      row = attributes[:row]
      return super unless row.is_a?(Hash)

      picture.update!(row:)
      reload
      super(attributes.except(:row))
    end

    private

    def store = ActiveRecordIfThere.store
  end
end
