# frozen_string_literal: true

# What is told, counted, hidden and deleted in a Rails application with SolidQueue. The examples run inside of it, in a process
# of their own.
RSpec.describe "What an application hears of its flows and tasks" do
  include RailsApps

  before(:context) do
    app = rails_app(RailsApps.installed, RAILS_ENV: "development")
    app.write("config/application.rb", app.read("config/application.rb").sub("Bundler.require(*Rails.groups)", "\\0\nrequire \"solid_queue\""))
    app.write("config/initializers/queue.rb", "ActiveJob::Base.queue_adapter = :solid_queue")
    app.write("config/initializers/hidden.rb", "Rails.application.config.filter_parameters += [:email]") # rails new does it from 8.0 on
    app.rails!("db:migrate")
    @run = ContractRun.new(File.expand_path("support/events_in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  it "is in its log, in words" do
    kept("log")
  end

  it "is in Rails.event, where somebody subscribes there" do
    kept("structured")
  end

  it "is counted, by flow, with what SolidQueue says of its jobs", req: %w[A-38 A-42] do
    kept("metrics")
  end

  it "shows nothing that the application filters, and keeps it encrypted where that encrypts" do
    kept("hidden")
  end

  it "is an error of a thread of the gem's own, for those who collect errors" do
    kept("errors")
  end

  it "is kept as long as it says" do
    kept("cleanup")
  end
end
