# frozen_string_literal: true

require_relative "postgresql_server"

# One server for the whole suite, started by the first example that wants it. Processes of this suite use the same.
module Postgresql
  FOLDER = "ADF_SPEC_POSTGRESQL"
  private_constant :FOLDER

  # SQL that brings a row while somebody waits for a lock.
  WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"

  module_function

  # @return [Hash] what `establish_connection` takes, for a database of the server
  def config(database = "postgres", **more)
    {adapter: "postgresql", host: folder, port: 5432, username: "postgres", database:, **more}
  end

  # Makes an empty database, in place of one of that name.
  # @return [Hash] as {config}
  def fresh(database, **more)
    require "pg"
    connection = PG.connect(host: folder, port: 5432, user: "postgres", dbname: "postgres")
    ["SET client_min_messages = warning", "DROP DATABASE IF EXISTS #{database} WITH (FORCE)", "CREATE DATABASE #{database}"].each { |sql| connection.exec(sql) }
    config(database, **more)
  ensure
    connection&.close
  end

  # @return [String] the folder of the server's socket
  def folder = ENV[FOLDER] ||= server.folder

  # Starts it, so that the processes of the suite find it.
  def start = folder

  # @return [PostgresqlServer] the suite's own; only where it was started by this process
  def server = @server ||= PostgresqlServer.start(max_prepared_transactions: 8)

  # @return [String, nil] why there is none
  def missing
    return if ENV[FOLDER] || PostgresqlServer.programs

    "needs a PostgreSQL server (postgres, initdb, pg_ctl), and finds none on PATH; run bin/setup"
  end
end
