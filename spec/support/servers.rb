# frozen_string_literal: true

require_relative "mysql"
require_relative "postgresql"
require_relative "redis"

# The servers that examples run on, by the names that these are tagged with.
module Servers
  ALL = {postgresql: Postgresql, mysql: Mysql, redis: SuiteRedis}.freeze

  module_function

  # @param kind [Symbol, String] of a database, or :redis
  # @return [Boolean] whether there is one; a server is started, so that the processes of the suite find it
  def ready?(kind)
    server = ALL[kind.to_sym] or return true
    server.missing.nil? && !server.start.nil?
  end

  # @param kind [Symbol]
  # @param database [String] name of an empty one
  # @return [Hash, nil] what `establish_connection` takes; nil for what is no server
  def fresh(kind, database, **more) = ALL[kind]&.fresh(database, **more)
end

# `:postgresql`, `:mysql` and `:redis` mark what needs a server: skipped where there is none, and a failure in CI. MariaDB is a part of
# the matrix, which `bin/test --all` runs: elsewhere those examples are not there at all.
RSpec.configure do |config|
  config.define_derived_metadata(:mysql) { |metadata| metadata[:if] = false } unless ENV.key?("ADF_SPEC_ALL")

  Servers::ALL.each do |kind, server|
    config.before(:example, kind) do
      reason = server.missing
      reason && (ENV.key?("CI") ? raise(reason) : skip(reason))
    end
  end
end
