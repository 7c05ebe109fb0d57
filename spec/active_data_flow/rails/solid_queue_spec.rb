# frozen_string_literal: true

# Flows in SolidQueue's own processes, which are stopped and killed.
RSpec.describe "Flows in SolidQueue" do
  include RailsApps
  include SolidQueues

  # Waits at row 21, in its third batch, until a file says that it may go on; and notes who is there beside it.
  flow = <<~RUBY
    class GatedFlow < ActiveDataFlow::Base
      source((1..60).map { |number| {number:} })
      batch_size 10
      transform do |row|
        alone { sleep 0.02 until row[:number] != 21 || File.exist?(Rails.root.join("tmp/gate")) }
      end
      sink :copies, mode: :insert

      def alone
        File.open(Rails.root.join("tmp/lock"), File::CREAT) do |file|
          File.write(Rails.root.join("tmp/overlaps"), "") unless file.flock(File::LOCK_EX | File::LOCK_NB)
          yield
        end
      end
    end
  RUBY

  table = <<~RUBY
    class CreateCopies < ActiveRecord::Migration[7.1]
      def change = create_table(:copies) { |t| t.integer :number }
    end
  RUBY

  define_method(:furnish) do |app, apart: false|
    app.write("app/data_flows/gated_flow.rb", flow)
    last = app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max
    app.write("db/migrate/#{last + 1}_create_copies.rb", table)
    app.rails!("db:migrate")
    add_solid_queue(app, apart:)
  end

  def examples_in(app)
    ContractRun.new(File.expand_path("support/solid_queue_in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  shared_examples "SolidQueue" do
    it "carries flows over, one job of a flow at a time", req: %w[A-08 A-40 A-41] do
      kept("through")
      kept("warnings")
      kept("overlap")
    end

    it "goes on elsewhere after a worker was told to end, and after it was killed", req: "A-33" do
      kept("SIGTERM")
      kept("SIGKILL")
    end

    it "goes on after everything was killed", req: "A-33" do
      kept("both")
    end
  end

  context "with one SQLite database" do
    before(:context) { @run = examples_in(furnish(rails_app(RailsApps.installed, RAILS_ENV: "development"))) }

    include_examples "SolidQueue"
  end

  context "with a queue database of its own" do
    before(:context) { @run = examples_in(furnish(rails_app(RailsApps.installed, RAILS_ENV: "development"), apart: true)) }

    include_examples "SolidQueue"
  end

  context "with PostgreSQL", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_solid_queue")
      url = "postgresql:///adf_solid_queue?host=#{Postgresql.folder}&port=5432&username=postgres"
      @run = examples_in(furnish(rails_app(RailsApps.installed, RAILS_ENV: "development", DATABASE_URL: url)))
    end

    include_examples "SolidQueue"
  end
end
