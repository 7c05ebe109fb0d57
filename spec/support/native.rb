# frozen_string_literal: true

require "active_data_flow"
require "rbconfig"

# What the specs of the native classes need: a plan, a life, a row, and Ruby in a process of its own.
module NativeSupport
  module_function

  STATES = [
    ["asked", "action", [["approved?", nil]], 0, [], nil],
    ["approved?", "decision", [["done", "yes"], ["waiting", "no"]], 1, [], nil],
    ["waiting", "wait_until", [["approved?", nil]], 1, [], nil],
    ["done", "result", [], 0, [], nil]
  ].freeze
  DAY_US = 86_400_000_000

  NO_BLOCK = [[], false].freeze

  # States without blocks, and interactions whose blocks lead nowhere: what blocks say is specified with the DSL.
  def native_plan(class_name: "ApprovalTask", initial: "asked", states: STATES, interactions: [], delay_us: 60_000_000,
    timeout_us: DAY_US, delete_after_us: 90 * DAY_US, first_wake_immediate: false, retries: [], duration_words: true)
    states = states.map { |state| [*state, NO_BLOCK] } if states
    interactions = interactions.map { |interaction| [*interaction, *NO_BLOCK] }
    ActiveDataFlow::Native::Plan.new(class_name, initial, states, interactions,
      [delay_us, timeout_us, true, delete_after_us, first_wake_immediate, nil, retries, nil, duration_words])
  end

  # Stores a task and returns its id.
  def store_task(store, id, plan: native_plan, life: plan.create(0, true), parent_id: nil, start_key: nil, unique_key: nil,
    attributes: {}, models: {}, trail: [life[1], life[2], 0, nil])
    store.insert(id, plan, life, parent_id, start_key, unique_key, attributes, models, trail)
  end

  # Writes a task and returns what the store says.
  def write_task(store, id, life, version: store.fetch(id)&.at(1), plan: native_plan, attributes: nil, models: nil, failure: nil, trail: nil,
    parent_id: nil, unique_key: nil, children: nil)
    store.put(id, version, plan, life, attributes, models, failure, trail, parent_id, unique_key, children)
  end

  # Values of every kind.
  def native_attributes
    {"name" => "Ada", "big" => 2**70, "list" => [1.5, "café".encode("Windows-1252"), nil, {"k" => "v"}]}
  end

  # @return [Array] what every method said, with values of every kind; the store is as it was before
  def use_every_method(store, plan, id, attributes)
    life = plan.create(0, false)
    store_task(store, id, plan:, life:, parent_id: "parent", start_key: "key #{id}", unique_key: "unique #{id}", attributes:,
      models: {"user" => {"id" => 1, "type" => "User"}})
    store.move(id, 1, plan, "approved?", 5, attributes)
    store.move(id, 2, plan, "waiting", 6, nil)
    store.signal(id, 7)
    running = "run of #{id}"
    store_task(store, running, plan:, life:, attributes:)
    run = store.run(running, 1, plan, true)
    ran = [run.move(1, 1, attributes), run.move(2, 3, nil), run.take_passed[1].values_at(0, 4), run.finish(3, attributes).class,
      store.fetch(running)[5], store.delete(running), run.move(4, 1, nil)]
    asleep = plan.sleep(plan.wake(plan.create(0, true), 8), nil, 9)
    child = ["child of #{id}", plan, life, id, nil, nil, attributes, {}, []]
    write_task(store, id, asleep, version: store.claim(id, 8), attributes:, failure: ["KeyError", "lost", nil],
      trail: ["asked", 0, 1, "go!", "waiting", 6, 0, nil], children: [child])
    [ran, store.fetch(id), store.due(10**15, nil, nil).size, store.children(id, [0]).first, store.count_children(id, nil),
      store.stats[:tasks], store.ids(nil).size, plan.to_mermaid([], "waiting", 10).size, plan.errors,
      refusal(store, id, plan, attributes), store.delete("child of #{id}"), store.delete(id)]
  end

  def refusal(store, id, plan, attributes)
    store.move(id, 99, plan, "nowhere", 5, attributes)
  rescue Operations::InvalidState => error
    error.message
  end

  # @return [String] what the script printed
  def run_ruby(script, *options)
    paths = %w[lib spec].map { |folder| File.expand_path("../../#{folder}", __dir__) }
    command = [RbConfig.ruby, "-W0", *options, *paths.flat_map { |path| ["-I", path] }, "-e", script]
    output, status = Programs.run_together(*command)
    raise "#{status}: #{output}" unless status.success?

    output
  end
end
