# frozen_string_literal: true

require_relative "mysql_server"

# One server for the whole suite, started by the first example that wants it. Processes of this suite use the same.
module Mysql
  SOCKET = "ADF_SPEC_MYSQL"
  private_constant :SOCKET

  # SQL that brings a row while somebody waits for a lock.
  WAITING = "SELECT 1 FROM information_schema.global_status WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS' AND variable_value > 0"

  module_function

  # Makes an empty database, in place of one of that name.
  # @return [Hash] what `establish_connection` takes
  def fresh(database, **more)
    with_client { |client| ["DROP DATABASE IF EXISTS #{database}", "CREATE DATABASE #{database}"].each { |sql| client.query(sql) } }
    {adapter: "trilogy", socket:, username: "root", database:, **more}
  end

  # @yieldparam client [Trilogy] a session of its own
  def with_client(**options)
    require "trilogy"
    client = Trilogy.new(socket:, username: "root", **options)
    yield client
  ensure
    client&.close
  end

  # Starts it, so that the processes of the suite find it.
  def start = socket

  # @return [String, nil] why there is none
  def missing
    return if ENV[SOCKET] || (MysqlServer.programs && client?)

    "needs a MariaDB server (mariadbd, mariadb-install-db) and the gem trilogy, and finds none; run bin/setup --all"
  end

  def socket = ENV[SOCKET] ||= (@server ||= MysqlServer.start).socket

  # @param name [String] of a gem
  def client?(name = "trilogy")
    require name
    true
  rescue LoadError
    false
  end
end
