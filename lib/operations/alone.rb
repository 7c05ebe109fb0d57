# frozen_string_literal: true

# Two libraries cannot both be {Operations::Task}: of two files of one name Ruby would load the one that comes first.
if defined?(Gem) && Gem.loaded_specs.key?("standard_procedure_operations")
  raise ActiveDataFlow::ConfigurationError, "active_data_flow and standard_procedure_operations both bring Operations::Task, and both are " \
    "in use here. Take standard_procedure_operations out of the Gemfile; guides/upgrading-from-operations-v1.md says what " \
    "takes its place (require \"operations/compat\")"
end
