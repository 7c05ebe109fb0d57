# frozen_string_literal: true

require_relative "database"

module GemInventory
  # A process that is killed at its work, as by the kernel when memory runs out: no handler runs, nothing is said.
  class Victim
    # It has done all its work before anybody could kill it, or failed.
    class Gone < StandardError; end

    RUN = "SELECT status, rows_read FROM active_data_flow_data_flow_runs ORDER BY id DESC LIMIT 1"
    # Seconds that it rests after each commit: a quick machine would be done before anybody could kill it.
    REST = "0.05"
    private_constant :RUN, :REST

    # @param command [Array<String>]
    # @param out [IO, String] where it writes
    def initialize(command, out)
      @pid = Process.spawn({"INVENTORY_REST" => REST}, *command, out:)
    end

    # @param rows [Integer] that it may commit before
    # @raise [Gone]
    def kill_at(rows)
      sleep 0.005 until Process.wait(@pid, Process::WNOHANG) || committed >= rows
      refuse if $?&.pid == @pid
      sleep rand(0.02) # so that it is not always at the same place in a batch
      Process.kill(:KILL, @pid)
      Process.wait(@pid)
      refuse unless $?.signaled?
    end

    private

    def refuse = raise(Gone, "the process ended before it could be killed (#{$?}); run the demo again")

    def committed = Database.ask(RUN).dig(0, 1) || 0
  end
end
