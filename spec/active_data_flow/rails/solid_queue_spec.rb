# frozen_string_literal: true

# Flows and tasks in SolidQueue's own processes, which are stopped and killed.
RSpec.describe "Flows in SolidQueue" do
  include RailsApps
  include SolidQueues

  contract = File.expand_path("support/solid_queue_in_an_application.rb", __dir__)

  # Each of its parts waits at its fifth row.
  parted = <<~RUBY
    class PartedFlow < ActiveDataFlow::Base
      source :numbers
      partitions 4
      batch_size 5
      transform { |row| sleep 0.02 until row[:id] % 15 != 10 || File.exist?(Rails.root.join("tmp/gate")) }
      set number: 0
      transform { |row| row[:number] = row[:id] }
      sink :copies, mode: :insert
      on_all_complete { |run| File.write(Rails.root.join("tmp/complete"), "\#{run.counts[:read]} read\n", mode: "a") }
    end
  RUBY

  numbers = <<~RUBY
    class CreateNumbers < ActiveRecord::Migration[7.1]
      def change
        create_table(:numbers)
        reversible { |way| way.up { execute("INSERT INTO numbers (id) VALUES \#{(1..60).map { |id| "(\#{id})" }.join(", ")}") } }
      end
    end
  RUBY

  define_method(:run_in) do |apart: false, **env|
    app = rails_app(RailsApps.installed, RAILS_ENV: "development", **env)
    app.write("app/data_flows/parted_flow.rb", parted)
    last = app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max
    app.write("db/migrate/#{last + 1}_create_numbers.rb", numbers)
    examples_in(add_solid_queue(furnish_for_queue(app), apart:), contract)
  end

  shared_examples "SolidQueue" do
    include_examples "a queue of flows and tasks", "SolidQueue"

    it "is told in which state a run's job is, and tells what it lacks", req: %w[A-40 A-41] do
      kept("through")
      kept("warnings")
    end

    it "carries the parts of a flow over in several workers, and goes on with those alone whose worker was killed" do
      kept("parts")
    end

    it "goes on after everything was killed", req: "A-33" do
      kept("both")
    end
  end

  context "with one SQLite database" do
    before(:context) { @run = run_in }

    include_examples "SolidQueue"
  end

  context "with a queue database of its own" do
    before(:context) { @run = run_in(apart: true) }

    include_examples "SolidQueue"
  end

  context "with PostgreSQL", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_solid_queue")
      @run = run_in(DATABASE_URL: "postgresql:///adf_solid_queue?host=#{Postgresql.folder}&port=5432&username=postgres")
    end

    include_examples "SolidQueue"
  end
end
