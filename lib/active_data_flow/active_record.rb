# frozen_string_literal: true

# Flows on ActiveRecord, as a library: no Rails is needed. Establish a connection, then
#
#   require "active_data_flow/active_record"
#   ActiveDataFlow.prepare_database!
require "active_data_flow"

begin
  gem "activerecord", ">= 7.1" # we lean on its connections that verify and reconnect by themselves
  require "active_record"
rescue LoadError => error
  raise unless error.is_a?(Gem::LoadError) || error.path == "active_record"

  raise ActiveDataFlow::DependencyError, "active_data_flow/active_record needs activerecord 7.1 or later (#{error.message}). Add it to the Gemfile: gem \"activerecord\", \">= 7.1\""
end

require_relative "run_store/sql"
require_relative "active_record/whole"
require_relative "active_record/sealed"
require_relative "active_record/database"
require_relative "active_record/tables"
require_relative "active_record/sqlite_door"
require_relative "active_record/raw"
require_relative "active_record/errors"
require_relative "active_record/sqlite/unique_indexes"
require_relative "active_record/facts"
require_relative "active_record/table"
require_relative "active_record/postgresql/texts"
require_relative "active_record/postgresql/arrays"
require_relative "active_record/cast"
require_relative "active_record/sqlite/key_parts"
require_relative "active_record/postgresql/key_parts"
require_relative "active_record/mysql/key_parts"
require_relative "active_record/key_equality"
require_relative "active_record/lookup_table"
require_relative "active_record/scopes"
require_relative "active_record/target"
require_relative "active_record/reader"
require_relative "active_record/deferred"
require_relative "active_record/model_columns"
require_relative "active_record/writer"
require_relative "active_record/statement_writer"
require_relative "active_record/model_writer"
require_relative "active_record/same_table_writer"
require_relative "active_record/sqlite/door_reader"
require_relative "active_record/sqlite/door_writer"
require_relative "active_record/postgresql/binary"
require_relative "active_record/postgresql/merge"
require_relative "active_record/postgresql/copy_reader"
require_relative "active_record/postgresql/read_ahead"
require_relative "active_record/postgresql/copy_writer"
require_relative "active_record/pushdown"
require_relative "active_record/conditions"
require_relative "active_record/text_order"
require_relative "active_record/postgresql/key_list"
require_relative "active_record/unseen"
require_relative "active_record/mirror_check"
require_relative "active_record/horizon"
require_relative "active_record/sqlite/horizon"
require_relative "active_record/mysql/horizon"
require_relative "active_record/mysql/table_writer"
require_relative "active_record/postgresql/horizon"
require_relative "active_record/reading_order"
require_relative "active_record/sampling"
require_relative "active_record/source_end"
require_relative "active_record/sink_refusals"
require_relative "active_record/sink_end"
require_relative "active_record/ends"
require_relative "active_record/stores"

# Tasks in a table; loaded by who names it.
Operations::Storage.autoload :ActiveRecord, "operations/storage/active_record"
