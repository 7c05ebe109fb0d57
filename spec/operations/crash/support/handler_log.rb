# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# Which handlers a process was in: a line when one begins, another when its transition is stored. Each process appends to a
# file of its own, outside of the database, so that the lines of one that was killed are there whatever it was doing.
module HandlerLog
  # Of this process and those that it forks.
  FOLDER = Dir.mktmpdir("adf-handlers")
  Process.pid.then { |pid| at_exit { FileUtils.rm_rf(FOLDER) if pid == Process.pid } }

  class << self
    def entered(id, handler)
      write("entered #{id} #{handler}")
      open[id] = handler
    end

    # Nothing of it would be repeated.
    def stored(id)
      write("stored #{id}")
      open.delete(id)
    end

    # @return [String, nil] the handler of the task that this process is in
    def handler(id) = open[id]

    # @param pid [Integer] of one that was killed
    # @return [Array<Array(Integer, String)>] task and handler, of those that it was in
    def left_open(pid)
      path = File.join(FOLDER, pid.to_s)
      lines = File.exist?(path) ? File.readlines(path, chomp: true).map(&:split) : []
      lines.each_with_object({}) do |(word, id, handler), open|
        (word == "entered") ? open[Integer(id)] = handler : open.delete(Integer(id))
      end.to_a
    end

    private

    # What a fork has inherited is its parent's.
    def open
      @file = @open = nil unless @pid == Process.pid
      @pid = Process.pid
      @open ||= {}
    end

    def write(line)
      open
      (@file ||= File.open(File.join(FOLDER, @pid.to_s), "a")).syswrite("#{line}\n")
    end
  end
end
