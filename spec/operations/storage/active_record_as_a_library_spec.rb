# frozen_string_literal: true

require "tmpdir"

# What Rails will be asked of, as far as it holds without Rails: a third party's storage on ActiveRecord and SQLite, made
# from the guide alone, keeps every contract. It is proved in processes of its own: this one is to hold without ActiveSupport.
RSpec.describe "ActiveRecord as a library", req: "O-08" do
  support = File.expand_path("support", __dir__)

  # One run of the contract, for all examples.
  before(:context) { @run = ContractRun.new(File.join(support, "active_record_contract.rb")) }

  it "keeps the contract of a task storage, and of a complete one", req: %w[O-20 O-76] do
    expect(kept("storage")).to include(/#claim/, /#save/, /#find/, /copies/, /#sleeping_tasks/, /#sub_tasks_of/, /#delete_old/,
      /a parent and its sub-tasks/, /#delete /, /#all and #each/, /an old copy/, /unique_by/)
  end

  it "works with every executor", req: %w[O-65 O-66] do
    executors = ["Inline", "Inline(run_later: true)", "Async"]
    expect(kept("product")).to include(*executors.map { |name| /with #{Regexp.escape(name)} and ActiveRecord/ })
  end

  it "makes its table from nothing" do
    kept("migration")
  end

  it "finds models by their class and id; a deleted one is nil", req: "O-14" do
    kept("models")
  end

  it "stores a transition with its sub-tasks or not at all, and refuses who was overtaken" do
    kept("atomic")
  end

  it "runs each wake once in two processes that have the same due tasks in hand", req: "O-67" do
    kept("processes")
  end

  it "keeps the last stored transition of a task whose worker is killed", req: "O-34" do
    kept("killed")
  end

  it "lets four workers of async-container share one file, and runs no wake twice", req: "O-67" do
    Dir.mktmpdir do |folder|
      answer = child_ruby(<<~RUBY, File.join(support, "task_database.rb"), File.join(folder, "tasks.sqlite3"))
        require "operations"
        require "async/container"
        support, file = ARGV
        require support
        Console.logger.off!

        class Noted < Operations::Task
          starts_with :note
          action(:note) { Wake.create!(task_id: id, pid: Process.pid) }.then(:done)
          result :done
        end

        TaskDatabase.connect(file)
        TaskDatabase.migrate
        Operations.storage = ActiveRecordStorage.new
        ids = Array.new(60) { Noted.later.id }
        TaskDatabase.disconnect
        container = Async::Container.new
        container.run(count: 4, name: "worker") do |instance|
          instance.ready!
          Operations::Runner.new(wake_interval: 0.01).start(handle_signals: true)
        end
        sleep 0.01 until Noted.all.all?(&:completed?)
        container.stop
        puts Wake.pluck(:task_id).sort == ids.sort, Wake.pluck(:pid).include?(Process.pid)
      RUBY
      expect(answer.err).to eq("")
      expect(answer.out).to eq("true\nfalse\n")
    end
  end

  it "is nowhere in the process that runs the other specs", req: %w[O-02 X-01] do
    expect([defined?(ActiveRecord), defined?(ActiveSupport)]).to eq([nil, nil])
  end
end
