# frozen_string_literal: true

module ActiveDataFlow
  # The gem's own tables: in the application's database, or in the one that `connects_to` names.
  class ApplicationRecord < ::ActiveRecord::Base
    self.abstract_class = true

    ActiveDataFlow.configuration.connects_to&.then { |databases| connects_to(**databases) }
  end
end
