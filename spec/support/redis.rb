# frozen_string_literal: true

require_relative "redis_server"

# One server for the whole suite, started by the first example that wants it.
module SuiteRedis
  module_function

  # @return [RedisServer] the suite's own
  def start = @server ||= RedisServer.start

  # @return [String] what Sidekiq takes as REDIS_URL, of an empty database
  def url = start.url

  # @return [String, nil] why there is none
  def missing
    "needs a Redis server (redis-server), and finds none on PATH; run bin/setup" unless RedisServer.program
  end
end
