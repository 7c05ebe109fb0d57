# frozen_string_literal: true

# Our own storage on a table, on real databases, with real processes. It runs in processes of its own: this one is to hold
# without ActiveSupport.
RSpec.describe "Tasks in a database", req: %w[O-08 O-60] do
  support = File.expand_path("support", __dir__)

  shared_examples "a database of tasks" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      env = {"ADF_SPEC_DATABASE" => kind}
      @run = ContractRun.new(File.join(support, "tasks_in_a_database_contract.rb"), env:)
      @v1 = ContractRun.new(File.join(support, "v1_tasks_contract.rb"), env:)
    end

    it "keeps the contract that the memory storage keeps", req: %w[O-20 O-76] do
      expect(kept("storage")).to include(/#claim/, /#save/, /#find/, /copies/, /#sleeping_tasks/, /#sub_tasks_of/, /#delete_old/,
        /a parent and its sub-tasks/, /#delete /, /#all and #each/, /an old copy/, /unique_by/)
    end

    it "works with every executor", req: %w[O-65 O-66] do
      executors = ["Inline", "Inline(run_later: true)", "Async", "ActiveJob"]
      expect(kept("product")).to include(*executors.map { |name| /with #{Regexp.escape(name)} and ActiveRecord/ })
    end

    it "has its tables made by prepare_database!" do
      kept("tables")
    end

    it "stores a transition by one statement, guarded by its version, with the history" do
      kept("statements")
      kept("writes")
      kept("history")
    end

    it "stores a transition with its sub-tasks or not at all" do
      kept("atomic")
    end

    it "commits a handler with its transition where that is wanted", req: "O-60" do
      kept("transaction")
    end

    it "keeps models by reference, and in which tasks they stand", req: %w[O-49 O-62] do
      kept("models")
      kept("participants")
    end

    it "flushes what has to survive the machine, and changes nothing of the application's" do
      kept("durability")
    end

    it "runs each wake once in two processes that have the same due tasks in hand", req: "O-63" do
      kept("processes")
    end

    it "goes on from the last stored transition of a process that was killed", req: "O-34" do
      kept("killed")
    end

    it "holds a task as long as its process runs it, and gives up a handler that kills" do
      kept("lease")
      kept("deaths")
    end

    it "runs tasks in jobs, which may be lost, late or repeated", req: %w[O-27 O-28] do
      kept("jobs")
    end

    it "has those enqueued that are due, or left behind, whoever sweeps", req: %w[O-66 O-74 O-82] do
      kept("sweep")
    end

    it "reads, wakes and writes the ancestor's table as it is", req: "O-61" do
      expect(@v1.broken("[v1")).to eq([])
      expect(@v1.examples("[v1]")).not_to be_empty, @v1.said
    end
  end

  shared_examples "a server of tasks" do
    it "does not take a lost connection for a failure of the task" do
      kept("lost connection")
    end
  end

  context "on SQLite" do
    include_examples "a database of tasks", "sqlite"

    it "is looked at by a thread that has a connection, while another waits for one to look" do
      answer = child_ruby(<<~RUBY, File.join(scratch, "tasks.sqlite3"))
        require "active_data_flow/active_record"
        ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ARGV.first, max_connections: 1, pool: 1, checkout_timeout: 60)
        ActiveDataFlow.prepare_database!
        storage = Operations::Storage::ActiveRecord.new
        pool = ActiveRecord::Base.connection_pool
        waits = pool.with_connection do
          waiting = Thread.new { storage.find(1) }
          sleep 0.01 until pool.stat[:waiting] == 1
          p storage.find(2)
          waiting
        end
        p waits.value
      RUBY
      expect(answer.out).to eq("nil\nnil\n"), answer.err
    end
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a database of tasks", "postgresql"
    include_examples "a server of tasks"
  end

  context "on MariaDB", :mysql do
    include_examples "a database of tasks", "mysql"
    include_examples "a server of tasks"

    it "locks before it writes, gives way and begins again, and tells apart what collations do not", req: "O-63" do
      kept("innodb")
    end
  end
end
