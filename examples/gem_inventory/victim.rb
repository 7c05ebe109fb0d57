# frozen_string_literal: true

require "socket"

module GemInventory
  # A process that is killed at its work, as by the kernel when memory runs out: no handler runs, nothing is said.
  class Victim
    # It has done all its work before anybody could kill it, or failed.
    class Gone < StandardError; end

    # @param command [Array<String>]
    # @param out [IO, String] where it writes
    def initialize(command, out)
      @lead, led = UNIXSocket.pair
      @pid = Process.spawn({"INVENTORY_LED" => "1"}, *command, out:, in: led)
      led.close
    end

    # It says after each commit how many rows it has read, and waits to be told to go on; so a quick machine cannot be
    # done before anybody could kill it, and a busy one not either.
    # @param rows [Integer] from which on it is killed: at its next batch, or when that is behind it
    # @raise [Gone]
    def kill_at(rows)
      @lead.puts while read < rows
      @lead.puts
      sleep rand(0.02) # so that it is not always at the same place in a batch
      Process.kill(:KILL, @pid)
      Process.wait(@pid)
    end

    private

    # @return [Integer] rows it has committed
    def read
      line = @lead.gets
      return line.to_i if line

      Process.wait(@pid)
      raise(Gone, "the process ended before it could be killed (#{$?}); its last words stand above")
    end
  end
end
