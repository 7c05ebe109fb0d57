# frozen_string_literal: true

require_relative "database_server"

# A PostgreSQL server of this process's own; benches and scripts use it as the specs do.
#
#   server = PostgresqlServer.start
#   ActiveRecord::Base.establish_connection(**server.config)
class PostgresqlServer < DatabaseServer
  USERS = %w[postgres nobody].freeze
  # Quick to start, quiet; no setting that makes it lose what was committed.
  SETTINGS = {listen_addresses: "", max_connections: 60, timezone: "UTC", log_checkpoints: "off", autovacuum: "on"}.freeze
  private_constant :USERS, :SETTINGS

  class << self
    # @return [String, nil] the folder of the server's programs
    def programs
      @programs ||= folders.find { |folder| %w[postgres initdb pg_ctl].all? { |name| File.executable?(File.join(folder, name)) } }
    end

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

  # @param settings [Hash] as in postgresql.conf, e.g. `fsync: "off"`; without, the disk is flushed at each commit
  def initialize(settings)
    raise "there is no PostgreSQL server on this machine; run bin/setup, or put postgres, initdb and pg_ctl on PATH" unless self.class.programs

    super(SETTINGS.merge(settings), users: USERS)
  end

  # Makes the data and starts the server; at the end of this process it is stopped and its folder removed.
  def start
    make_folder("adf-pg")
    program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    File.write(File.join(data, "postgresql.conf"), @settings.map { |name, value| "#{name} = '#{value}'\n" }.join, mode: "a")
    watch('read -r _; "$2" -D "$1/data" -m immediate stop', File.join(self.class.programs, "pg_ctl"))
    up
  end

  # Starts a server that was stopped.
  def up = program("pg_ctl", "-D", data, "-w", "-t", PATIENCE.to_s, "-l", log, "-o", "-k #{@folder}", "start")

  # @param mode ["smart", "fast", "immediate"] pg_ctl's word; "immediate" is a crash
  def down(mode = "fast") = program("pg_ctl", "-D", data, "-w", "-t", PATIENCE.to_s, "-m", mode, "stop")

  # @param mode (see #down)
  def restart(mode = "fast") = down(mode) && up

  # @return [Hash] what `establish_connection` takes
  def config(database = "postgres", **more)
    {adapter: "postgresql", host: @folder, port: 5432, username: "postgres", database:, **more}
  end

  # @return [String] what psql and `PG.connect` take
  def url(database = "postgres") = "postgresql:///#{database}?host=#{@folder}&port=5432&user=postgres"

  private

  def program(name, *arguments) = super(File.join(self.class.programs, name), *arguments)
end
