# frozen_string_literal: true

# For applications that were written for `standard_procedure_operations`: what they ask of tasks as ActiveRecord models, and
# its defaults. A line in the Gemfile is enough:
#
#   gem "active_data_flow", require: %w[active_data_flow operations/compat]
#
# Without this file nothing of it is there; and no database is asked before the first task asks it.
require "operations/storage/active_record"
require "active_model"
begin
  require "global_id"
rescue LoadError
  raise LoadError, "operations/compat needs globalid, as Rails brings it. Add it to the Gemfile: gem \"globalid\""
end
require_relative "compat/errors"
require_relative "compat/defaults"
require_relative "compat/rows"
require_relative "compat/scopes"
require_relative "compat/scope"
require_relative "compat/finders"
require_relative "compat/models"
require_relative "compat/decisions"
require_relative "compat/cleaning"
require_relative "compat/runners"

module Operations
  singleton_class.prepend(Compat::Defaults)
  Task.singleton_class.prepend(Compat::Finders)
  Task.prepend(Compat::Models)
  Task.include(::GlobalID::Identification, ::ActiveModel::Conversion) # arguments of jobs; paths and forms
  Task.extend(::ActiveModel::Naming)
  Storage::ActiveRecord.prepend(Compat::Cleaning)
  Handlers::DecisionHandler.prepend(Compat::Decisions)
  Runner.singleton_class.prepend(Compat::Runners)
  self.first_wake = :immediate
end

require_relative "compat/railtie" if defined?(::Rails::Railtie)
