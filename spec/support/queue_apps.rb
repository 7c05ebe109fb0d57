# frozen_string_literal: true

require "rbconfig"

# Applications of {RailsApps} for the contract of queues: with flows and a task that wait, fail and say what they did, in
# files that their worker processes find.
module QueueApps
  # Waits at row 25, in the middle of a batch, until a file says who may go on; and notes who is there beside it.
  GATED_FLOW = <<~RUBY
    class GatedFlow < ActiveDataFlow::Base
      source((1..60).map { |number| {number:} })
      batch_size 10
      transform { |row| alone { wait if row[:number] == 25 } }
      sink :copies, mode: :insert

      def wait
        File.write(Rails.root.join("tmp/reached"), "")
        sleep 0.02 until open?
      end

      # For all, for one process, or for who has been told to end.
      def open?
        said = Rails.root.join("tmp/gate").then { |gate| gate.exist? && gate.read }
        ["for all", "for \#{Process.pid}"].include?(said) || (said == "for who ends" && ActiveDataFlow::DataFlowJob.queue_adapter.stopping?)
      end

      def alone
        File.open(Rails.root.join("tmp/lock"), File::CREAT) do |file|
          File.write(Rails.root.join("tmp/overlaps"), "") unless file.flock(File::LOCK_EX | File::LOCK_NB)
          yield
        end
      end
    end
  RUBY

  FILES = {
    "app/data_flows/gated_flow.rb" => GATED_FLOW,
    # Comes beyond its third row at the third try.
    "app/data_flows/stubborn_flow.rb" => <<~RUBY,
      class StubbornFlow < ActiveDataFlow::Base
        retry_on KeyError, wait: 1, attempts: 3
        source((1..4).map { |number| {number:} })
        batch_size 2
        transform do |row|
          next if row[:number] != 3

          File.write(Rails.root.join("tmp/tries"), "\#{Time.now.to_f}\\n", mode: "a")
          raise KeyError, "not yet" if Rails.root.join("tmp/tries").readlines.size < 3
        end
        sink :copies, mode: :insert
      end
    RUBY
    "app/data_flows/broken_flow.rb" => <<~RUBY,
      class BrokenFlow < ActiveDataFlow::Base
        source [{number: 1}]
        transform { |_row| raise "broken" }
        sink :copies, mode: :insert
      end
    RUBY
    "app/data_flows/quick_flow.rb" => <<~RUBY,
      class QuickFlow < ActiveDataFlow::Base
        source [{number: 1}]
        sink { |_row| nil }
      end
    RUBY
    "app/operations/noted.rb" => <<~RUBY,
      class Noted < Operations::Task
        has_attribute :pid, :integer
        starts_with :note
        action(:note) { self.pid = Process.pid }.then(:done)
        result :done
      end
    RUBY
    # Queues differ in how they are asked what they have done.
    "config/initializers/performed.rb" => <<~RUBY
      ActiveSupport::Notifications.subscribe("perform.active_job") do |event|
        File.write(Rails.root.join("tmp/performed"), "\#{event.payload[:job].job_id}\\n", mode: "a")
      end
    RUBY
  }.freeze

  # No unique key: what is written twice is there twice.
  TABLE = <<~RUBY
    class CreateCopies < ActiveRecord::Migration[7.1]
      def change = create_table(:copies) { |t| t.integer :number }
    end
  RUBY
  private_constant :FILES, :TABLE

  # @param app [RailsApps::App] installed; it is migrated
  # @return [RailsApps::App]
  def furnish_for_queue(app)
    FILES.each { |path, text| app.write(path, text) }
    last = app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max
    app.write("db/migrate/#{last + 1}_create_copies.rb", TABLE)
    app.rails!("db:migrate")
    app
  end

  # Makes an application's jobs those of a gem.
  # @param settings [Array<String>] lines of config/application.rb
  # @param with [Array<String>] further gems
  # @return [RailsApps::App]
  def use_queue(app, gem, *settings, with: [])
    lines = ["config.active_job.queue_adapter = :#{gem}", *settings]
    text = app.read("config/application.rb").sub(/^Bundler\.require.*$/) { [$&, *[gem.to_s, *with].map { |name| "require #{name.inspect}" }].join("\n") }
    app.write("config/application.rb", text.sub(/^ *config\.load_defaults.*$/) { [$&, *lines].join("\n    ") })
    app
  end

  # @return [ContractRun] of examples run inside of the application
  def examples_in(app, file, **env)
    ContractRun.new(file) do |command|
      outcome = app.run("bundle", "exec", *command, **env)
      outcome.out + outcome.err
    end
  end

  # A worker, or a supervisor and its forks. Started by a process inside of the application's folder.
  class Workers
    # @return [Integer]
    attr_reader :pid

    # @param command [Array<String>] of Ruby
    # @param env [Hash{String => String}]
    def initialize(*command, env: {})
      @pid = Process.spawn(env, RbConfig.ruby, *command, out: ["log/jobs.log", "a"], err: ["log/jobs.log", "a"], pgroup: true)
    end

    # Nothing of it is left, and it could tell nobody.
    def kill = finish(:KILL, -pid)

    def stop = pid && finish(:TERM, pid)

    private

    def finish(signal, target)
      Process.kill(signal, target)
      Process.wait(pid)
      @pid = nil
    end
  end
end
