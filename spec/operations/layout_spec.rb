# frozen_string_literal: true

require "spec_helper"
require_relative "../support/child_ruby"

RSpec.describe "The files of Operations" do
  root = File.expand_path("../..", __dir__)

  %w[operations.rb operations/task.rb operations/handlers/action_handler.rb operations/handlers/decision_handler.rb
    operations/handlers/wait_handler.rb operations/handlers/interaction_handler.rb operations/handlers/result_handler.rb
    operations/runner.rb operations/storage/base.rb operations/storage/memory.rb operations/storage/active_record.rb operations/executor/base.rb operations/executor/inline.rb
    operations/executor/async.rb operations/executor/active_job.rb operations/sweep.rb operations/errors.rb operations/version.rb operations/matchers.rb].each do |file|
    it "has lib/#{file}, where the plan has it", req: "O-12" do
      expect(File).to exist(File.join(root, "lib", file))
    end
  end

  %w[operations standard_procedure_operations active_data_flow].each do |file|
    it "can be entered by require #{file.inspect}, which prints nothing", req: %w[O-02 O-04 X-01] do
      answer = child_ruby(<<~RUBY, gems: false)
        $VERBOSE = true
        require #{file.inspect}
        class Hello < Operations::Task
          result :start
        end
        abort "Rails came along" if defined?(Rails) || defined?(ActiveSupport)
        exit Hello.call.completed?
      RUBY
      expect(answer.out + answer.err).to be_empty
      expect(answer).to be_success
    end
  end

  it "has one version", req: "O-04" do
    answer = child_ruby('require "operations"; puts Operations::VERSION; require "active_data_flow"; puts ActiveDataFlow::VERSION', gems: false)
    expect(answer.out.lines.uniq.size).to eq(1)
  end

  %w[operations/executor/async operations/rake].each do |file|
    it "has #{file}, which can be required alone", req: %w[O-05 O-80] do
      answer = child_ruby("require #{file.inspect}; abort 'Rails' if defined?(Rails) || defined?(ActiveSupport); p Operations::Task")
      expect(answer.err).to be_empty
      expect(answer.out).to eq("Operations::Task\n")
    end
  end

  it "has operations/storage/active_record, which can be required alone and brings no Rails", req: %w[O-05 O-80] do
    answer = child_ruby("require 'operations/storage/active_record'; abort 'Rails' if defined?(Rails::VERSION); p Operations::Storage::ActiveRecord")
    expect(answer.err).to be_empty
    expect(answer.out).to eq("Operations::Storage::ActiveRecord\n")
  end

  it "has operations/executor/active_job, which can be required alone and brings no Rails, no database, and the jobs", req: %w[O-05 O-80] do
    answer = child_ruby("require 'operations/executor/active_job'; abort 'Rails' if defined?(Rails::VERSION) || defined?(ActiveRecord); p Operations::Executor::ActiveJob, Operations::ExecuteTaskJob.superclass.superclass")
    expect(answer.err).to be_empty
    expect(answer.out).to eq("Operations::Executor::ActiveJob\nActiveJob::Base\n")
  end

  it "loads no adapter's library by itself", req: %w[O-02 O-05] do
    answer = child_ruby('require "active_data_flow"; p [defined?(Async), defined?(ActiveRecord), defined?(ActiveJob), defined?(RSpec), defined?(Rake)].compact', gems: false)
    expect(answer.out).to eq("[]\n")
  end
end
