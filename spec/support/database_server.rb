# frozen_string_literal: true

require "etc"
require "fileutils"
require "tmpdir"

# A database server of this process's own: in a temporary folder, reached through a socket in it, gone with the process,
# however that ends. Needs the server's programs, no gem. A subclass names the programs, makes the data and starts it.
class DatabaseServer
  # What a socket's path may have is about a hundred bytes.
  LONGEST_FOLDER = 70
  PATIENCE = 120 # seconds until it answers, or is gone
  private_constant :LONGEST_FOLDER, :PATIENCE

  # @param settings [Hash] as the server calls them
  # @return [DatabaseServer] started
  # @raise [RuntimeError] when there are no programs, or it does not start; it carries the server's own words
  def self.start(**settings) = new(settings).tap(&:start)

  # @return [String] the folder of data and socket
  attr_reader :folder

  # @param settings [Hash]
  # @param users [Array<String>] servers refuse to run as root, so root starts it as the first of these that there is
  def initialize(settings, users:)
    @settings = settings
    @user = Process.euid.zero? ? users.filter_map { |name| user(name) }.first : Etc.getpwuid
  end

  # Ends the server and removes its folder; done at exit anyway.
  def stop
    return unless @watcher && @owner == Process.pid

    pull_leash
    Process.wait(@watcher)
    @watcher = nil
  end

  # @return [String] the server's own words
  def words = File.exist?(log) ? File.read(log) : ""

  private

  # A line, and not only its end: who was forked and stands still has this end too.
  def pull_leash
    @leash.puts
  rescue Errno::EPIPE
    nil # somebody has ended the watcher
  ensure
    @leash.close
  end

  def data = File.join(@folder, "data")

  def log = File.join(@folder, "log")

  def make_folder(name)
    @folder = Dir.mktmpdir(name, (Dir.tmpdir.size > LONGEST_FOLDER) ? "/tmp" : nil)
    FileUtils.chown(@user.uid, @user.gid, @folder) if Process.euid.zero?
  end

  def user(name)
    Etc.getpwnam(name)
  rescue ArgumentError
    nil
  end

  # Holds the other end of a pipe: when this process is gone, even by SIGKILL, its read ends.
  # @param script [String] of a shell, which waits for that with `read` and ends the server then; $1 is the folder
  def watch(script, *arguments)
    rest, @leash = IO.pipe
    @owner = Process.pid
    @watcher = as_user("/bin/sh", "-c", "#{script}; rm -rf \"$1\"", "sh", @folder, *arguments, in: rest, pgroup: true)
    rest.close
    at_exit { stop }
  end

  # For what was started and is watched, until its `answers?` says so.
  def await(name)
    deadline = now + PATIENCE
    until answers?
      raise "#{name} did not start:\n#{words}" if now > deadline || Process.wait(@watcher, Process::WNOHANG)

      sleep 0.02
    end
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # @param path [String] of a program, which is waited for
  def program(path, *arguments)
    words_of_it = File.join(@folder, "said")
    said = File.open(words_of_it, "w")
    pid = as_user(path, *arguments, in: File::NULL, out: said)
    said.close
    Process.wait(pid)
    return true if $?.success?

    raise "#{File.basename(path)} #{arguments.join(" ")} failed:\n#{File.read(words_of_it)}#{words}"
  end

  # By fork, since spawn changes no user.
  def as_user(*command, out: File::NULL, **options)
    options = {out:, err: out, chdir: @folder, **options}
    return spawn(*command, options) unless Process.euid.zero?

    fork do
      Process.initgroups(@user.name, @user.gid)
      Process::GID.change_privilege(@user.gid)
      Process::UID.change_privilege(@user.uid)
      exec(*command, options)
    ensure
      exit!(127)
    end
  end
end
