# frozen_string_literal: true

require "socket"
require_relative "database_server"

# A Redis server of this process's own, with nothing on the disk.
#
#   server = RedisServer.start
#   server.url # => what Sidekiq takes as REDIS_URL
class RedisServer < DatabaseServer
  USERS = %w[redis nobody].freeze
  # What it is started as: Debian has it as redis-check-rdb, in a package that starts no server, and by its name it knows what to be.
  NAME = "redis-server"
  PROGRAMS = [NAME, "valkey-server", "redis-check-rdb"].freeze
  private_constant :USERS, :NAME, :PROGRAMS

  # @return [String, nil] the path of its program
  def self.program
    folders = ENV.fetch("PATH", "").split(File::PATH_SEPARATOR)
    @program ||= PROGRAMS.filter_map { |name| folders.map { |folder| File.join(folder, name) }.find { |path| File.executable?(path) } }.first
  end

  # @param settings [Hash] as in redis.conf
  def initialize(settings)
    raise "there is no Redis server on this machine; run bin/setup, or put redis-server on PATH" unless self.class.program

    super({port: 0, save: "", appendonly: "no", **settings}, users: USERS)
  end

  # Starts the server; at the end of this process it is killed and its folder removed.
  def start
    make_folder("adf-redis")
    program = File.join(@folder, NAME)
    File.symlink(self.class.program, program)
    settings = {dir: @folder, unixsocket: socket, logfile: log, **@settings}.flat_map { |name, value| ["--#{name}", value.to_s] }
    watch('shift; "$@" & set -- "$PWD" $!; read -r _; kill -KILL "$2"; wait', program, *settings)
    await(NAME)
  end

  # @return [String]
  def url = "unix://#{socket}"

  private

  def socket = File.join(@folder, "socket")

  def answers?
    UNIXSocket.open(socket) { |one| one.write("PING\r\n") && one.gets == "+PONG\r\n" }
  rescue SystemCallError
    false
  end
end
