# frozen_string_literal: true

require "json"
require "support/queue_apps"

# Real jobs, in real worker processes, one of which dies.
RSpec.describe "Tasks on SolidQueue", req: %w[O-28 O-34 O-63 O-64] do
  include RailsApps
  include QueueApps

  tasks = {
    "app/models/effect.rb" => "class Effect < ActiveRecord::Base; end\n",
    "app/operations/noted.rb" => <<~RUBY,
      class Noted < Operations::Task
        has_attribute :deadly, :boolean, default: false
        starts_with :note
        action(:note) do
          Effect.create!(task_id: id, pid: Process.pid)
          Process.kill(:KILL, Process.pid) if deadly && Effect.where(task_id: id).count == 1
        end.then(:done)
        result :done
      end
    RUBY
    "app/operations/family.rb" => <<~RUBY
      class Family < Operations::Task
        CHILDREN = 40
        starts_with :begin
        delay 3600
        action(:begin) { CHILDREN.times { start Noted } }.then(:over?)
        wait_until(:over?) { condition { unfinished_sub_tasks.none? } and go_to(:done) }
        result :done
      end
    RUBY
  }

  define_method(:outcome) do |**env|
    app = rails_app(RailsApps.installed, RAILS_ENV: "development", **env)
    use_queue(app, :solid_queue, with: RailsApps::SQLITE)
    tasks.each { |path, text| app.write(path, text) }
    app.rails!("db:migrate")
    JSON.parse(app.rails!("runner", File.expand_path("support/killed_worker.rb", __dir__)).lines.last, symbolize_names: true)
  end

  shared_examples "workers of which one is killed" do
    it "end every task, and repeat the handler in which it was killed, no other" do
      expect(outcome(**database)).to match(
        statuses: {completed: 42}, parent: "done", swept: 0, swept_later: 1, once: 40, deadly: 2, workers: be >= 2
      )
    end
  end

  context "on SQLite" do
    let(:database) { {} }

    it_behaves_like "workers of which one is killed"
  end

  context "on PostgreSQL", :postgresql do
    let(:database) do
      Postgresql.fresh("adf_solid_tasks")
      {DATABASE_URL: "postgresql:///adf_solid_tasks?host=#{Postgresql.folder}&port=5432&username=postgres"}
    end

    it_behaves_like "workers of which one is killed"
  end
end
