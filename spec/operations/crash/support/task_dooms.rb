# frozen_string_literal: true

require_relative "handler_log"

# Moments of tasks at which the process that comes to them is killed, once each.
module TaskDooms
  @dooms = []

  class << self
    # For this process and those that it forks.
    # @param dooms [Array<Array(String, Integer, String)>] a moment, a task and one of its handlers
    attr_accessor :dooms

    def strike(moment, id, handler)
      return unless dooms.include?([moment, id, handler])

      File.symlink(Process.pid.to_s, File.join(HandlerLog::FOLDER, "doom #{id}")) # there at once, or there already
      Process.kill(:KILL, Process.pid)
    rescue Errno::EEXIST
      nil
    end

    # @return [Array<Integer>] pids that were killed so
    def killed = Dir[File.join(HandlerLog::FOLDER, "doom *")].map { |path| Integer(File.readlink(path)) }
  end
end
