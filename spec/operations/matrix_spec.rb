# frozen_string_literal: true

require "operations/executor/async"

RSpec.describe "storages and executors", req: %w[O-65 O-66 O-85] do
  around { |example| Dir.mktmpdir { |folder| (@folder = folder) && example.run } }

  it_behaves_like "the product of storages and executors",
    storages: {
      "Memory" => -> { Operations::Storage::Memory.new },
      "five methods on JSON text" => -> { Storages::JsonText.new },
      "five methods on the public fields" => -> { Storages::PublicFields.new },
      "five methods on a file of all processes" => -> { Storages::SharedFile.new(File.join(@folder, "tasks.json")) }
    },
    executors: {
      "Inline" => -> { Operations::Executor::Inline.new },
      "Inline(run_later: true)" => -> { Operations::Executor::Inline.new(run_later: true) },
      "Async" => -> { Operations::Executor::Async.new }
    }
end
