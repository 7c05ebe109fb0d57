# frozen_string_literal: true

module ActiveDataFlow
  # The row of a row that was put aside. {Run#rejects} reads them as people do.
  class Reject < ApplicationRecord
    # Encrypted where the application encrypts; shown by nobody who only looks at the object.
    RunStore::Columns::PERSONAL.each { |name| attribute name, ActiveRecord::Sealed::Type.new }
    self.filter_attributes += RunStore::Columns::PERSONAL

    belongs_to :data_flow, inverse_of: :rejects
    belongs_to :run, class_name: "ActiveDataFlow::DataFlowRun", inverse_of: :reject_rows
  end
end
