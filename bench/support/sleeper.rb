# frozen_string_literal: true

module Bench
  # The sleeping task of the benches: five attributes of a size one meets, waiting to be paid.
  module Sleeper
    module_function

    def define(side)
      side.task(:BenchSleeper) do
        has_attribute :customer, :string
        has_attribute :reference, :string
        has_attribute :amount, :integer, default: 0
        has_attribute :note, :string
        has_attribute :paid, :boolean, default: false
        starts_with :paid?
        wait_until :paid? do
          condition { paid }
          go_to :done
        end
        result :done
      end
    end

    # Stores `count` of them, asleep until `wake_at`.
    # @return [Array<String>] ids of up to `keep` of them, spread evenly
    def fill(side, sleeper, count, wake_at: Time.now.utc + 1_000_000, keep: 1_000, **more)
      step = [count / keep, 1].max
      ids = []
      count.times do |i|
        task = side.storage.save(sleeper.new(**values(i), status: :waiting, wake_at:, **more))
        ids << task.id.dup if (i % step).zero?
      end
      ids
    end

    def values(i)
      {customer: "Customer #{i}", reference: "REF-#{i + 1_000_000_000}", amount: i, note: "asked for on day #{i % 365}"}
    end
  end
end
