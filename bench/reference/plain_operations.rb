# frozen_string_literal: true

# The yardstick: the plan for Operations V2 in nothing but Ruby, so that a speed claim has something honest to be measured
# against. Same design as that plan: plain objects, blocks run by instance_exec, the whole task as a Hash at each save, a Hash
# behind a Mutex as storage. The defects that keep the plan's sample code from running are repaired (bench/README.md lists them);
# what costs time by design is left as it is. It is tuned as one tunes Ruby, and never slow on purpose.
require "securerandom"

# A small second `Operations`: enough of it to run the tasks of the benches and of spec/bench.
module PlainOperations
  # Everything this module raises; `task` is the task it happened in, where there is one.
  class Error < StandardError
    attr_reader :task

    def initialize(message = nil, task = nil)
      super(message)
      @task = task
    end
  end

  class InvalidState < Error; end

  class NoDecision < Error; end

  class Timeout < Error; end

  class ValidationError < Error; end

  class << self
    attr_writer :storage_adapter, :executor_adapter

    def configure = yield(self)

    def storage = @storage_adapter ||= Storage::Live.new
    alias_method :storage_adapter, :storage

    def executor = @executor_adapter ||= Executor::Inline.new
    alias_method :executor_adapter, :executor
  end
end

require_relative "plain_operations/handlers"
require_relative "plain_operations/dsl"
require_relative "plain_operations/task"
require_relative "plain_operations/storage"
require_relative "plain_operations/executor"
