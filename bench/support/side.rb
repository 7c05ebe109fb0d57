# frozen_string_literal: true

module Bench
  # One of the implementations that are compared, loaded into this process with an empty storage.
  #
  # "ours":: Operations of this gem, Memory and Inline
  # "live":: the plan in plain Ruby; its storage shares attributes with the tasks
  # "isolated":: the plan in plain Ruby, with attributes copied in and out as ours does
  class Side
    attr_reader :name, :storage, :executor

    def initialize(name)
      @name = name
      @operations = (name == "ours") ? ours : plain
      @storage = @operations.storage
      @executor = @operations.executor
    end

    # Makes a task class under its own constant: stored types are found by name.
    # @yield the class body
    def task(constant, &body)
      Object.const_set(constant, Class.new(@operations::Task)).tap { |task_class| task_class.class_eval(&body) }
    end

    private

    def ours
      $LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
      require "operations"
      configure(Operations, Operations::Storage::Memory)
    end

    def plain
      require_relative "../reference/plain_operations"
      configure(PlainOperations, PlainOperations::Storage.const_get(name.capitalize))
    end

    def configure(operations, storage)
      operations.configure do |config|
        config.storage_adapter = storage.new
        config.executor_adapter = operations::Executor::Inline.new
      end
      operations
    end
  end
end
