# frozen_string_literal: true

# A program that runs a flow whose block takes long at one row, as a terminal or a supervisor would have it.
require "json"
require_relative "crash_process"

ActiveDataFlow::RunStore::Base.prepend(CrashProcess::Leases)
CrashDatabase.connect(JSON.parse(ENV.fetch("CRASH_CONFIG"), symbolize_names: true))
interrupts = ActiveDataFlow::Engine::Interrupts
interrupts.send(:remove_const, :PATIENCE)
interrupts.const_set(:PATIENCE, Float(ENV.fetch("CRASH_PATIENCE")))
CrashPoints.rows[15] = lambda do
  $stdout.puts("at row 15") || $stdout.flush
  sleep Float(ENV.fetch("CRASH_SECONDS"))
end
OrderExportFlow.run_now
puts "not told to end"
