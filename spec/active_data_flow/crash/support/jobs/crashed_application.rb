# frozen_string_literal: true

# An application whose jobs are SolidQueue's, with a flow whose workers are killed: see job_kills.rb.
module CrashedApplication
  include RailsApps
  include SolidQueues

  # A row that a step cannot take (37), every tenth left out; and a batch takes a moment, so that there is time to be killed.
  FLOW = <<~RUBY
    class BulkFlow < ActiveDataFlow::Base
      PAUSE = Float(ENV.fetch("PAUSE", 0))

      source :orders
      batch_size 1000
      on_error :quarantine, budget: 5
      transform(as: :hash) do |row|
        sleep PAUSE if row[:id] % 1000 == 500
        raise ArgumentError, "37 is no order" if row[:id] == 37
        next if row[:id] % 10 == 0

        {order_id: row[:id], total: row[:net] * 2, name: "order \#{row[:id]}"}
      end
      sink :exports, mode: :insert
    end
  RUBY

  # Nothing in them is unique: what is written twice is there twice.
  TABLES = <<~RUBY
    create_table(:orders) { |t| t.integer :net }
    %i[exports expected].each do |name|
      create_table(name) do |t|
        t.bigint :order_id
        t.bigint :total
        t.string :name
      end
    end
  RUBY

  PROGRAM = File.join(__dir__, "program.rb")
  private_constant :FLOW, :TABLES, :PROGRAM

  # @param kind [:sqlite, :postgresql]
  # @param sweep [Integer] seconds between two sweeps
  # @return [RailsApps::App]
  def crashed_application(kind, sweep:)
    config = Servers.fresh(kind, "adf_crash_jobs")
    url = config && "postgresql:///#{config[:database]}?host=#{config[:host]}&port=#{config[:port]}&username=#{config[:username]}"
    rails_app(RailsApps.installed, RAILS_ENV: "development", DATABASE_URL: url).tap do |app|
      app.rails!("db:migrate") if url
      app.write("app/data_flows/bulk_flow.rb", FLOW)
      app.write("config/initializers/quiet.rb", "Rails.logger.level = :warn\n")
      app.migrate("CreateExports", TABLES)
      add_solid_queue(app, processes: 3, sweep:)
    end
  end

  # @param plan [Hash] see {JobKills#initialize}
  # @return [Hash{Symbol => Object}] what {JobKills::Answer} has
  def killed_in(app, **plan)
    JSON.parse(app.watch("bundle", "exec", RbConfig.ruby, PROGRAM, JSON.generate(plan)).lines.last, symbolize_names: true)
  end
end
