# frozen_string_literal: true

# Somebody who follows guides/upgrading-from-operations-v1.md, line by line, with an application that has tasks in every status.
RSpec.describe "Upgrading as the guide says", req: %w[O-71 O-87] do
  include RailsApps

  guide = File.read(File.join(CleanMachine::ROOT, "guides/upgrading-from-operations-v1.md"))
  block = ->(language, wanted) { guide.scan(/^```#{language}\n(.*?)^```$/m).flatten.find { |text| text.match?(wanted) } || raise("no block #{wanted} in the guide") }

  # As it is in an application of the ancestor's.
  task = <<~RUBY
    class Invitation < Operations::Task
      has_attribute :email, :string
      has_attribute :name, :string
      has_model :host, "User"
      has_models :guests, "User"
      validates :email, presence: true
      index :host, :guests
      delay 10.minutes
      starts_with :invite

      action :invite do
      end.then :answered?

      wait_until :answered? do
        condition { name.present? }
        go_to :welcome
      end

      interaction :answer! do |name|
        self.name = name
      end.when :answered?

      action :welcome do
        self.name = "\#{name}, invited by \#{host.name}"
      end.then :done

      result :done
    end
  RUBY

  before(:context) do
    @app = rails_app(RailsApps.fresh)
    @app.write("app/models/user.rb", "class User < ApplicationRecord\n  include Operations::Participant\nend\n")
    @app.write("app/models/invitation.rb", task)
    @app.write("db/migrate/20250701000000_become_v1_application.rb", "require #{File.expand_path("support/v1_application", __dir__).inspect}\n")
    @app.rails!("db:migrate")

    line = block.call("text", /^\+ gem "active_data_flow"/)[/^\+ (gem .*)$/, 1]
    @app.write("Gemfile", @app.read("Gemfile").sub(/^gem "active_data_flow"/) { line })
    @app.write("config/initializers/operations.rb", block.call("ruby", %r{\A# config/initializers/operations\.rb}))
    @said = block.call("console", /active_data_flow:install/).lines.map do |command|
      words = command.delete_prefix("$ ").split
      words << "--local" if words.first == "bundle" # what the machine has will do
      outcome = (words.first == "bin/rails") ? @app.rails(*words.drop(1)) : @app.run(*words)
      raise "#{command}: #{outcome.out}#{outcome.err}" unless outcome.success?

      outcome.out
    end.join
    @run = ContractRun.new(File.expand_path("support/upgraded_application.rb", __dir__)) do |command|
      outcome = @app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  it "tells of the three breaking changes, and the changelog of the upgrade", req: %w[O-72 O-83] do
    expect(guide[/^## The three breaking changes$(.*?)^## /m, 1].scan(/^\d\. \*\*.*ActiveRecord|^\d\. \*\*.*default/).size).to eq(3)
    expect(File.read(File.join(CleanMachine::ROOT, "CHANGELOG.md"))).to match(/operations\/compat.*guide says how to upgrade/m)
  end

  it "brings the migration, and finds nothing wrong with the classes as they are" do
    expect(@app.files("db/migrate/*prepare_operations_tasks*").size).to eq(1)
    expect(@said).to end_with("1 task class, 0 errors, 0 warnings\n")
  end

  it "finds the tasks in every status, and the models that they name", req: "O-61" do
    kept("rows")
  end

  it "wakes what is due, and what V1 has enqueued", req: %w[O-61 O-74] do
    kept("wakes")
  end

  it "goes on with tasks that V1 has left, and deletes what is old", req: %w[O-61 O-74] do
    kept("leftovers")
  end

  it "answers a browser as before" do
    kept("responses")
  end

  it "keeps its runner", req: "O-74" do
    kept("runner")
  end
end
