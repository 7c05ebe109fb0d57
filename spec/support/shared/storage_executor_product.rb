# frozen_string_literal: true

# Every executor with every storage: the same contract over the whole table.
#
#   it_behaves_like "the product of storages and executors",
#     storages: {"Memory" => -> { Operations::Storage::Memory.new }},
#     executors: {"Inline" => -> { Operations::Executor::Inline.new }}
RSpec.shared_examples "the product of storages and executors" do |storages:, executors:|
  executors.each do |executor_name, new_executor|
    storages.each do |storage_name, new_storage|
      context "with #{executor_name} and #{storage_name}", req: %w[O-65 O-66] do
        it_behaves_like "a task executor" do
          let(:executor) { instance_exec(&new_executor) }
          let(:storage) { instance_exec(&new_storage) }
        end
      end
    end
  end
end
