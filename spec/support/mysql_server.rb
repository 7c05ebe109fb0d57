# frozen_string_literal: true

require "socket"
require_relative "database_server"

# A MariaDB server of this process's own, which stands for MySQL.
#
#   server = MysqlServer.start
#   ActiveRecord::Base.establish_connection(adapter: "trilogy", socket: server.socket, username: "root", database: "mysql")
class MysqlServer < DatabaseServer
  USERS = %w[mysql nobody].freeze
  PROGRAMS = %w[mariadbd mariadb-install-db].freeze
  # A server's program is not for everybody's PATH.
  FOLDERS = %w[/usr/sbin /usr/libexec /usr/local/sbin].freeze
  # Quick to start and small; no setting that makes it lose what was committed. Its zone is not UTC, as in many a place.
  SETTINGS = {character_set_server: "utf8mb4", collation_server: "utf8mb4_general_ci", default_time_zone: "+03:00",
              innodb_log_file_size: "16M", innodb_buffer_pool_size: "64M", max_connections: 100}.freeze
  private_constant :USERS, :PROGRAMS, :FOLDERS, :SETTINGS

  # @return [Hash{String => String}, nil] the paths of its programs
  def self.programs
    folders = ENV.fetch("PATH", "").split(File::PATH_SEPARATOR) + FOLDERS
    @programs ||= PROGRAMS.to_h { |name| [name, folders.map { |folder| File.join(folder, name) }.find { |path| File.executable?(path) }] }
    @programs if @programs.values.all?
  end

  # @param settings [Hash] of the server's variables
  def initialize(settings)
    raise "there is no MariaDB server on this machine; run bin/setup --all, or put #{PROGRAMS.join(" and ")} on PATH" unless self.class.programs

    super(SETTINGS.merge(settings), users: USERS)
  end

  # Makes the data and starts the server; at the end of this process it is stopped and its folder removed.
  def start
    make_folder("adf-my")
    program(self.class.programs["mariadb-install-db"], "--no-defaults", "--datadir=#{data}", "--auth-root-authentication-method=normal",
      "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=16M")
    watch('shift; "$@" & set -- "$PWD" $!; read -r _; kill -KILL "$2"; wait', *server_command)
    await("mariadbd")
  end

  # @return [String] the path at which it is reached
  def socket = File.join(@folder, "socket")

  private

  # It wants a name with an ending.
  def log = File.join(@folder, "log.err")

  def server_command
    settings = @settings.map { |name, value| "--#{name.to_s.tr("_", "-")}=#{value}" }
    [self.class.programs["mariadbd"], "--no-defaults", "--datadir=#{data}", "--socket=#{socket}", "--skip-networking",
      "--pid-file=#{File.join(@folder, "pid")}", "--log-error=#{log}", *settings]
  end

  # It speaks first, as soon as it can be asked.
  def answers?
    UNIXSocket.open(socket) { |one| !one.wait_readable(1).nil? && !one.read_nonblock(1, exception: false).nil? }
  rescue Errno::ENOENT, Errno::ECONNREFUSED
    false
  end
end
