# frozen_string_literal: true

require "json"

# Real workers, each of which meets its end at a moment of a handler that is named, and others that take over. The long
# version, with kills at moments that nobody chose, is `rake crash:tasks`.
RSpec.describe "Tasks whose workers are killed", req: %w[O-34 O-63] do
  define_method(:facts) do |workers, database|
    program = File.expand_path("support/killed_tasks_program.rb", __dir__)
    out, err, status = Programs.run({"ADF_SPEC_DATABASE" => database, "WORKERS" => workers, "TASKS" => "60", "KILLS" => nil, "PATIENCE" => "3600", "HANGING" => "600"},
      RbConfig.ruby, "-I", "lib", "-I", "spec", program, chdir: CleanMachine::ROOT)
    raise err unless status.success?

    JSON.parse(out.lines.last, symbolize_names: true)
  end

  shared_examples "workers that are killed" do |database|
    {"runners" => "four runners that share the table", "queues" => "SolidQueue's workers and a sweep"}.each do |workers, words|
      it "all end, and each handler takes effect once, but for the three in which a process was killed behind its effect, with #{words}" do
        expect(facts(workers, database)).to include(tasks: 66, unfinished: 0, kills: 6, within: 4, missing: 0, doubled: 3, unexplained: 0, helpers_wrong: 0)
      end
    end
  end

  context "on SQLite" do
    include_examples "workers that are killed", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    before(:context) { Servers.ready?("postgresql") }

    include_examples "workers that are killed", "postgresql"
  end

  context "on MariaDB", :mysql do
    before(:context) { Servers.ready?("mysql") }

    include_examples "workers that are killed", "mysql"
  end
end
