# frozen_string_literal: true

require "etc"
require "fileutils"
require "tmpdir"

# A PostgreSQL server of this process's own: in a temporary folder, reached through a socket in it, gone with the process,
# however that ends. Needs the server's programs, no gem; benches and scripts use it as the specs do.
#
#   server = PostgresqlServer.start
#   ActiveRecord::Base.establish_connection(**server.config)
class PostgresqlServer
  # postgres refuses to run as root, so root starts it as one of these.
  USERS = %w[postgres nobody].freeze
  # What a socket's path may have is about a hundred bytes.
  LONGEST_FOLDER = 70
  # Quick to start, quiet; no setting that makes it lose what was committed.
  SETTINGS = {listen_addresses: "", max_connections: 60, timezone: "UTC", log_checkpoints: "off", autovacuum: "on"}.freeze
  private_constant :USERS, :LONGEST_FOLDER, :SETTINGS

  class << self
    # @return [String, nil] the folder of the server's programs
    def programs
      @programs ||= folders.find { |folder| %w[postgres initdb pg_ctl].all? { |name| File.executable?(File.join(folder, name)) } }
    end

    # @return [PostgresqlServer] started
    # @param settings [Hash] as in postgresql.conf, e.g. `fsync: "off"`; without, the disk is flushed at each commit
    # @raise [RuntimeError] when there are no programs, or it does not start; it carries the server's own words
    def start(**settings) = new(settings).tap(&:start)

    private

    def folders
      on_path = ENV.fetch("PATH", "").split(File::PATH_SEPARATOR).map { |folder| real_folder(folder) }
      on_path + Dir["/usr/lib/postgresql/*/bin"].sort_by { |folder| -folder[/\d+/].to_i }
    end

    # A link to one program may stand where its neighbours do not.
    def real_folder(folder)
      program = File.join(folder, "postgres")
      File.exist?(program) ? File.dirname(File.realpath(program)) : folder
    end
  end

  # @return [String] the folder of data and socket
  attr_reader :folder

  def initialize(settings)
    raise "there is no PostgreSQL server on this machine; run bin/setup, or put postgres, initdb and pg_ctl on PATH" unless self.class.programs

    @settings = SETTINGS.merge(settings)
    @user = Process.euid.zero? ? USERS.filter_map { |name| user(name) }.first : Etc.getpwuid
  end

  # Makes the data and starts the server; at the end of this process it is stopped and its folder removed.
  def start
    @folder = Dir.mktmpdir("adf-pg", (Dir.tmpdir.size > LONGEST_FOLDER) ? "/tmp" : nil)
    FileUtils.chown(@user.uid, @user.gid, @folder) if Process.euid.zero?
    program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    File.write(File.join(data, "postgresql.conf"), @settings.map { |name, value| "#{name} = '#{value}'\n" }.join, mode: "a")
    watch
    up
  end

  # Starts a server that was stopped.
  def up = program("pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", "-k #{@folder}", "start")

  # @param mode ["smart", "fast", "immediate"] pg_ctl's word; "immediate" is a crash
  def down(mode = "fast") = program("pg_ctl", "-D", data, "-w", "-m", mode, "stop")

  # @param mode (see #down)
  def restart(mode = "fast") = down(mode) && up

  # Ends the server and removes its folder; done at exit anyway.
  def stop
    return unless @watcher && @owner == Process.pid

    @leash.close
    Process.wait(@watcher)
    @watcher = nil
  end

  # @return [Hash] what `establish_connection` takes
  def config(database = "postgres", **more)
    {adapter: "postgresql", host: @folder, port: 5432, username: "postgres", database:, **more}
  end

  # @return [String] what psql and `PG.connect` take
  def url(database = "postgres") = "postgresql:///#{database}?host=#{@folder}&port=5432&user=postgres"

  # @return [String] the server's own words
  def words = File.exist?(log) ? File.read(log) : ""

  private

  def data = File.join(@folder, "data")

  def log = File.join(@folder, "log")

  def user(name)
    Etc.getpwnam(name)
  rescue ArgumentError
    nil
  end

  # Holds the other end of a pipe: when this process is gone, even by SIGKILL, its read ends.
  def watch
    rest, @leash = IO.pipe
    @owner = Process.pid
    script = 'cat >/dev/null; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"'
    @watcher = as_user("/bin/sh", "-c", script, "sh", File.join(self.class.programs, "pg_ctl"), @folder, in: rest, pgroup: true)
    rest.close
    at_exit { stop }
  end

  def program(name, *arguments)
    path = File.join(@folder, "said")
    said = File.open(path, "w")
    pid = as_user(File.join(self.class.programs, name), *arguments, in: File::NULL, out: said)
    said.close
    Process.wait(pid)
    return true if $?.success?

    raise "#{name} #{arguments.join(" ")} failed:\n#{File.read(path)}#{words}"
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
