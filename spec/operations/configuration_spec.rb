# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"
require_relative "../support/child_ruby"

RSpec.describe "Configuration of Operations" do
  let(:storage) { Operations::Storage::Memory.new }
  let(:executor) { Operations::Executor::Inline.new }

  it "is Memory and Inline in a fresh process, and quiet", req: %w[O-02 O-03] do
    answer = child_ruby(<<~RUBY)
      require "operations"
      p Operations.storage.class, Operations.executor.class, Operations.first_wake
      p defined?(Rails), defined?(ActiveSupport), defined?(ActiveRecord)
    RUBY
    expect(answer.err).to be_empty
    expect(answer.out.lines(chomp: true)).to eq(%w[Operations::Storage::Memory Operations::Executor::Inline :delay nil nil nil])
  end

  describe "Operations.configure", req: "O-09" do
    it "takes storage= and executor=" do
      Operations.configure do |config|
        config.storage = storage
        config.executor = executor
      end
      expect([Operations.storage, Operations.executor]).to match([equal(storage), equal(executor)])
    end

    it "takes storage_adapter= and executor_adapter=" do
      Operations.configure do |config|
        config.storage_adapter = storage
        config.executor_adapter = executor
      end
      expect([Operations.storage, Operations.executor]).to match([equal(storage), equal(executor)])
    end

    it "can be read inside the block" do
      Operations.configure { |config| expect(config.storage).to equal(Operations.storage) }
    end

    it "leaves alone what is not named" do
      before = Operations.storage
      Operations.configure { |config| config.executor = executor }
      expect(Operations.storage).to equal(before)
    end
  end

  it "has two names for each reader: the same objects", req: "O-10" do
    expect(Operations.storage_adapter).to equal(Operations.storage)
    expect(Operations.executor_adapter).to equal(Operations.executor)
    expect(Operations::V2.storage).to equal(Operations.storage)
  end

  it "can be set directly, and is used from then on", req: "O-11" do
    Operations.storage = Operations::MemoryStorage.new
    Operations.executor = Operations::InlineExecutor.new
    mine = Operations.storage
    task = Samples::Instant.call
    Operations.storage_adapter = storage
    expect(Operations::Task.find(task.id)).to be_nil
    expect(mine.find(task.id)).to eq(task)
    Operations.executor_adapter = executor
    expect(Operations.executor).to equal(executor)
  end

  it "gives one default to all threads that ask at once", req: "O-22" do
    20.times do
      Operations.reset!
      expect(Array.new(8) { Thread.new { Operations.storage } }.map(&:value).uniq.size).to eq(1)
    end
  end

  # A framework's default comes with files; here both threads need one that asks for the default itself.
  %w[storage executor].each do |word|
    it "makes the default #{word} while nobody who loads a file for it has to wait" do
      file = File.join(scratch, "file.rb")
      File.write(file, "$loading << true; $asked.pop; Operations.#{word}\n")
      answer = child_ruby(<<~RUBY, file)
        require "operations"
        $loading, $asked = Queue.new, Queue.new
        Operations.defaults = {#{word}: -> { $asked << true; require ARGV.first; nil }}
        loads = Thread.new { require ARGV.first }
        $loading.pop
        asks = Thread.new { Operations.#{word} }
        puts [loads, asks].map { |thread| thread.join(30) ? "done" : "hangs" }
      RUBY
      expect(answer.out.lines(chomp: true)).to eq(%w[done done]), answer.err
    end
  end

  it "refuses what cannot be a storage or an executor, and says what it lacks", req: "O-09" do
    expect { Operations.storage = Object.new }.to raise_error(ArgumentError, /storage needs save, find, sleeping_tasks, sub_tasks_of, delete_old.*Operations::Storage::Base/)
    expect { Operations.storage = Operations::Storage::Memory }.to raise_error(ArgumentError, /instance/)
    expect { Operations.executor = :inline }.to raise_error(ArgumentError, /executor.*call, later, wake.*:inline/)
  end

  it "refuses a storage that does not descend from Storage::Base, where the defaults are", req: "O-09" do
    look_alike = Object.new
    %i[save find sleeping_tasks sub_tasks_of delete_old].each { |name| look_alike.define_singleton_method(name) { |*| nil } }
    expect { Operations.storage = look_alike }.to raise_error(ArgumentError, /Operations::Storage::Base/)
  end

  it "takes first_wake, which every class follows that says nothing itself", req: "O-09" do
    Operations.configure { |config| config.first_wake = :immediate }
    expect(StoredTasks::Shipment.call.wake_at).to be <= Time.now
    Operations.first_wake = "delay"
    expect(StoredTasks::Shipment.call.wake_at).to be > Time.now
    expect { Operations.first_wake = :soon }.to raise_error(ArgumentError, /:delay or :immediate, not :soon/)
  end

  it "takes a logger of the author's" do
    logger = Logger.new(StringIO.new)
    Operations.configure { |config| config.logger = logger }
    expect(Operations.logger).to equal(logger)
  end

  it "has a logger that shows warnings and errors only" do
    expect(Operations.logger.level).to eq(Logger::WARN)
  end

  describe "Operations.reset!", req: "O-70" do
    it "gives every example an empty memory, Inline and the defaults" do
      Samples::Instant.call
      Operations.configure do |config|
        config.executor = Operations::Executor::Inline.new(run_later: true)
        config.first_wake = :immediate
        config.logger = Logger.new(IO::NULL)
      end
      expect(Operations.reset!).to equal(Operations)
      expect(Operations.storage.all).to be_empty
      expect(Operations.storage).to be_a(Operations::Storage::Memory)
      expect(Operations.executor).to be_a(Operations::Executor::Inline)
      expect(Operations.executor.later(Samples::Instant.later)).to be_waiting
      expect(Operations.first_wake).to eq(:delay)
    end

    2.times do |number|
      it "keeps examples apart, as it does in this suite (#{number + 1} of 2)" do
        expect(Operations.storage.all).to be_empty
        Samples::Instant.call
        expect(Operations.storage.all.size).to eq(1)
      end
    end

    it "leaves tasks of before alone: they are no longer stored" do
      task = Samples::Sleeper.call
      Operations.reset!
      expect(task).not_to be_stored
      task.save!
      expect(stored(task)).to eq(task)
    end
  end
end
