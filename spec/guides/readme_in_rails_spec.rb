# frozen_string_literal: true

require_relative "../active_data_flow/rails/support/new_application"
require_relative "support/readme_in_rails"

# With bin/jobs at work from where the README starts it.
RSpec.describe "What the README does in a Rails application", slow: true do
  include RailsApps
  include NewApplication

  def app
    @app ||= in_production(application_with(%w[model Order stock_id:integer approved:boolean], %w[model Stock pieces:integer], %w[model StockList pieces:integer]),
      primary: sqlite("production"), queue: sqlite("queue", migrations_paths: "db/queue_migrate"))
  end

  def type(command) = app.rails!(*Shellwords.split(command).drop(1))

  before { app.runner("2.times { |number| Stock.create!(pieces: 5 * number) }; Order.create!(stock_id: 2)") }
  after { @jobs && [Process.kill(:TERM, @jobs), Process.wait(@jobs)] }

  it "comes out as it says, to the word", req: %w[O-79 E-19] do
    ReadmeInRails.new(app).follow do |command, printed|
      case command
      when "bundle add active_data_flow" then expect(app.read("Gemfile")).to include("gem \"active_data_flow\"\n")
      when "bin/jobs"
        app.runner("Order.first.update!(approved: true)")
        @jobs = app.start(command)
      else
        said = type(command)
        eventually(120) { said == printed || (said = type(command)) == printed } if @jobs
        expect([command, said]).to eq([command, printed]) unless printed.empty?
      end
    end
    expect(@jobs).not_to be_nil
    expect(app.runner("p Stock.order(:id).pluck(:pieces), StockList.pluck(:id)")).to eq("[0, 4]\n[2]\n")
  end
end
