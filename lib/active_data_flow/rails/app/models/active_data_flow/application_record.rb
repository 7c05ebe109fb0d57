# frozen_string_literal: true

require "active_data_flow/active_record"

module ActiveDataFlow
  # The gem's own tables: in the application's database, or in the one that `connects_to` names.
  class ApplicationRecord < ::ActiveRecord::Base
    self.abstract_class = true

    ActiveDataFlow.configuration.connects_to&.then { |databases| connects_to(**databases) }

    # As the runs' store makes them.
    before_create { self.id ||= RunStore::SQL::Keys.uuid unless self.class.type_for_attribute("id").type == :integer }
  end
end
