# frozen_string_literal: true

# Workers of SolidQueue that end in the middle of something: no lease ends within these examples, so what goes on does so because
# somebody knows of the end.
RSpec.describe "Workers of SolidQueue that end" do
  include RailsApps
  include SolidQueues

  files = {
    "app/data_flows/long_batch_flow.rb" => <<~RUBY,
      class LongBatchFlow < ActiveDataFlow::Base
        source((1..30).map { |number| {number:} })
        batch_size 10
        transform { |row| sleep 0.02 until row[:number] != 21 || File.exist?(Rails.root.join("tmp/gate")) }
        sink :copies, mode: :insert
      end
    RUBY
    "app/operations/killing.rb" => <<~RUBY,
      class Killing < Operations::Task
        has_attribute :note
        starts_with :kill
        action :kill do
          File.write(Rails.root.join("tmp/kills"), "\#{Process.pid}\\n", mode: "a")
          Process.kill(:KILL, Process.pid) if File.readlines(Rails.root.join("tmp/kills")).one?
        end.then(:done)
        result :done
      end
    RUBY
    "config/initializers/leases.rb" => <<~RUBY
      Rails.application.config.after_initialize do
        Operations.storage = Operations::Storage::ActiveRecord.new(connection_class: ActiveDataFlow::ApplicationRecord, lease_seconds: 600)
      end
    RUBY
  }
  migration = <<~RUBY
    class CreateCopies < ActiveRecord::Migration[7.1]
      def change = create_table(:copies) { |t| t.integer(:number) }
    end
  RUBY

  before(:context) do
    app = rails_app(RailsApps.installed, RAILS_ENV: "development")
    files.each { |path, text| app.write(path, text) }
    app.write("db/migrate/#{app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max + 1}_create_copies.rb", migration)
    app.rails!("db:migrate")
    add_solid_queue(app, apart: false)
    app.write("config/application.rb", app.read("config/application.rb").sub(/^ *config\.load_defaults.*$/) { "#{$&}\n    config.solid_queue.shutdown_timeout = 1" })
    @run = ContractRun.new(File.expand_path("support/solid_queue_ends_in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  it "by exit!, in a batch that is longer than they are given: the same job takes the run at once, and each row is there once", req: "A-33" do
    kept("exit!")
  end

  it "by SIGKILL, in a task's handler: the task goes on at once", req: %w[O-63 O-64] do
    kept("SIGKILL")
  end
end
