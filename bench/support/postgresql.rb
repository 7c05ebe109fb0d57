# frozen_string_literal: true

require_relative "../../spec/support/postgresql_server"

module Bench
  # A server of the program's own, spoken to through the pg gem.
  class Postgresql
    # Those of a small server that is written to; all else is PostgreSQL's default, fsync and synchronous_commit among it.
    # No autovacuum and no timed checkpoint: they would hit whoever happens to run.
    # `FSYNC=off` is for trying the programs, not for measuring: commits then cost nothing.
    SETTINGS = {shared_buffers: "512MB", work_mem: "64MB", maintenance_work_mem: "256MB", max_wal_size: "8GB",
                checkpoint_timeout: "1h", autovacuum: "off", jit: "off", fsync: ENV.fetch("FSYNC", "on")}.freeze

    # @return [Postgresql] one for all that the program measures
    def self.server = @server ||= new

    # @return [String] for the report
    def self.words = "#{server.version}; #{SETTINGS.map { |name, value| "#{name} = #{value}" }.join(", ")}; the rest as it comes"

    def initialize
      require "pg"
      raise "needs the programs of a PostgreSQL server; run bin/setup" unless PostgresqlServer.programs

      @server = PostgresqlServer.start(**SETTINGS)
    end

    def folder = @server.folder

    def connect(database) = PG.connect(host: folder, port: 5432, user: "postgres", dbname: database, options: "-c client_min_messages=warning")

    def fresh(name) = once { |connection| ["DROP DATABASE IF EXISTS #{name} WITH (FORCE)", "CREATE DATABASE #{name}"].each { |sql| connection.exec(sql) } }

    def version = once { |connection| "PostgreSQL #{connection.exec("SHOW server_version").getvalue(0, 0)[/\S+/]}" }

    # Brings what was written to its place, as a machine at rest would have it.
    def checkpoint = once { |connection| connection.exec("CHECKPOINT") }

    # @return [Hash] what `establish_connection` takes
    def config(database) = @server.config(database)

    private

    def once
      connection = connect("postgres")
      yield connection
    ensure
      connection&.close
    end
  end
end
