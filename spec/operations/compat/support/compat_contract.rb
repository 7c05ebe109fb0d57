# frozen_string_literal: true

# Run by compat_spec.rb in processes of their own: what operations/compat changes, it changes for a whole process. The
# table is the ancestor's own, without a column of ours.
require_relative "../../storage/support/v1_tasks"
require "operations/compat"
require "active_support/all"

class Letter < ActiveRecord::Base
  include Operations::Participant
end

RSpec.configure do |config|
  config.before(:suite) do
    V1Tasks.connect
    TasksInADatabase.run { |connection| connection.create_table(:letters) { |table| table.string :name } }
  end
  config.before do
    V1Tasks.make
    Operations.logger = Logger.new(IO::NULL)
  end
  config.include(Module.new { def rows = TasksInADatabase::Row })
end

require_relative "handlers_of_old"
require_relative "tasks_of_old"
require_relative "tasks_as_models"
