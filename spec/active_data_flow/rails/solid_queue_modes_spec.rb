# frozen_string_literal: true

# Flows and tasks in each of the ways in which SolidQueue performs jobs besides forked workers with threads: in threads of one
# process, in fibers, and in Puma.
RSpec.describe "SolidQueue's other ways" do
  include RailsApps
  include SolidQueues

  # Of two, the first waits in its third batch for the second to be done; and both for the task that starts them to be told.
  files = {
    "app/data_flows/walk_flow.rb" => <<~RUBY,
      class WalkFlow < ActiveDataFlow::Base
        has_attribute :number, :integer
        source((1..30).map { |place| {place:} })
        batch_size 10
        set number: -> { number }
        transform { |row| sleep 0.02 until number == 2 || row[:place] < 21 || File.exist?(Rails.root.join("tmp/gate")) }
        sink :copies, mode: :insert
        after_complete { File.write(Rails.root.join("tmp/gate"), "") if number == 2 }
      end
    RUBY
    "app/operations/walking.rb" => <<~RUBY
      class Walking < Operations::Task
        has_attribute :pids, :json, default: []
        starts_with :begin
        delay 86_400
        timeout 7 * 86_400
        action :begin do
          pids << Process.pid
          [1, 2].each { |number| start WalkFlow, number: }
        end.then(:over?)
        wait_until :over? do
          condition { flow_runs.all?(&:finished?) }
          go_to :arrived
        end
        action(:arrived) { pids << Process.pid }.then(:done)
        result :done
      end
    RUBY
  }
  migration = <<~RUBY
    class CreateCopies < ActiveRecord::Migration[7.1]
      def change = create_table(:copies) { |t| t.integer(:number) && t.integer(:place) }
    end
  RUBY
  puma = <<~RUBY
    threads 1, 1
    bind "tcp://127.0.0.1:0"
    environment "development"
    plugin :solid_queue
  RUBY

  before(:context) do
    next unless Gem.loaded_specs["solid_queue"].version >= Gem::Version.new("1.7") # what has all three

    app = rails_app(RailsApps.installed, RAILS_ENV: "development")
    app.write("Gemfile", app.read("Gemfile") + %w[puma async].map { |name| "gem #{name.inspect}, require: false\n" }.join)
    said = app.run("bundle", "install", "--local", "--quiet")
    raise said.out + said.err unless said.success?

    files.each { |path, text| app.write(path, text) }
    app.write("db/migrate/#{app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max + 1}_create_copies.rb", migration)
    app.rails!("db:migrate")
    add_solid_queue(app, apart: false)
    app.write("config/application.rb", app.read("config/application.rb").sub(/^ *config\.load_defaults.*$/) { "#{$&}\n    config.active_support.isolation_level = :fiber" })
    app.write("config/fibers.yml", "workers:\n  - {queues: \"*\", fibers: 5, processes: 1, polling_interval: 0.1}\ndispatchers:\n  - {polling_interval: 0.1}\n")
    app.write("config/puma.rb", puma)
    @run = ContractRun.new(File.expand_path("support/solid_queue_modes_in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  {"threads" => "carry flows and the tasks that start them over, in one process", "fibers" => "the same in fibers of one thread", "Puma" => "the same in Puma's"}.each do |part, what|
    it what do
      skip "this solid_queue has not all three" unless @run

      kept(part)
    end
  end
end
