# frozen_string_literal: true

require "securerandom"
require "socket"

module ActiveDataFlow
  # Where runs are kept, and who may write for them.
  module RunStore
    class << self
      # @return [String] "host:pid:random" of this process; another one after a fork
      def owner
        return @owner if @owner && @owner_pid == Process.pid

        @owner_pid = Process.pid
        @owner = "#{Socket.gethostname}:#{@owner_pid}:#{SecureRandom.hex(4)}"
      end

      # @return [String] what nobody else can guess or happen to have
      def new_token = SecureRandom.hex(16)
    end
  end
end
