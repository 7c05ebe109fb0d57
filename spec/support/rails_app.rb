# frozen_string_literal: true

require "fileutils"
require "tmpdir"
require_relative "clean_machine"
require_relative "mysql"

# New Rails applications, as `rails new` makes them, with this gem in their Gemfile: the files that the built gem has, in a
# folder of their own, and the extension that is compiled already. `rails new` and Bundler run once for the whole suite.
module RailsApps
  # Left out: what an example never uses, and what would take another gem.
  SKIP = %w[action-cable action-mailbox action-mailer action-text active-storage bootsnap brakeman bundle bundler-audit ci dev-gems
    docker git hotwire jbuilder javascript kamal rubocop solid system-test thruster].map { |name| "--skip-#{name}" }.freeze
  # Rails until 8 makes another pipeline of assets, if it is not told so; later ones pass over what they do not know.
  PIPELINE = "--asset-pipeline=propshaft"
  # The versions that this suite runs with: on another line of Rails they are not the newest that are installed.
  GEMS = %w[rails propshaft sqlite3 pg json minitest].freeze
  # What SolidQueue needs on SQLite where Rails is older than 8: guides/queue-adapters.md.
  SQLITE = ["activerecord-enhancedsqlite3-adapter"].select { |name| Gem.loaded_specs.key?(name) }.freeze
  # There for those that ask for them; MariaDB's client only where the suite asks MariaDB.
  UNLOADED = ["rspec", "solid_queue", "sidekiq", "good_job", *SQLITE, *("trilogy" if Mysql.client?)].freeze
  private_constant :SKIP, :PIPELINE, :GEMS, :UNLOADED

  class << self
    include CleanMachine

    # @return [String] the folder of an application that nothing was installed into
    def fresh = made

    # @param flags [Array<String>] of `rails new`, for an application that lacks more
    # @return [String] its folder; nothing was installed into it
    def made(*flags) = (@made ||= {})[flags] ||= make(flags)

    # @return [String] one in which the generator was run, and which is migrated
    def installed
      @installed ||= File.join(room, "installed").tap do |folder|
        FileUtils.cp_r(fresh, folder)
        app = App.new(folder)
        [%w[generate active_data_flow:install], %w[db:migrate]].each { |command| app.rails!(*command) }
      end
    end

    # Ends with the suite.
    def room = @room ||= Dir.mktmpdir("adf-rails")

    # @return [Array<String>] nothing, or what was made
    def rooms = [@room].compact

    private

    def make(flags)
      folder = File.join(room, flags.join, "shop")
      rails = ["rails", *version("railties")&.then { |version| "_#{version}_" }]
      said = on_clean_machine(RbConfig.ruby, "-S", *rails, "new", folder, "--quiet", PIPELINE, *SKIP, *flags, chdir: room, GEM_HOME: ENV["GEM_HOME"])
      raise "rails new: #{said.out}#{said.err}" unless said.success?

      File.write(File.join(folder, "Gemfile"), gemfile)
      bundled = App.new(folder).run("bundle", "install", "--local", "--quiet")
      bundled.success? ? folder : raise("bundle install: #{bundled.out}#{bundled.err}")
    end

    def gemfile
      lines = GEMS.map { |name| wish(name) } + UNLOADED.map { |name| "#{wish(name)}, require: false" }
      ["source #{Gem.sources.first.uri.to_s.inspect}", *lines, "gem \"active_data_flow\", path: #{gem_folder.inspect}", ""].join("\n")
    end

    def wish(name) = ["gem #{name.inspect}", *version(name)&.inspect].join(", ")

    # @return [String, nil] of what Bundler has on the path of this process
    def version(name) = Gem.loaded_specs[name]&.version&.to_s

    # What `gem build` packs, and nothing else of the checkout.
    def gem_folder
      spec = Gem::Specification.load(File.join(ROOT, "active_data_flow.gemspec")).dup
      folder = File.join(room, "gem")
      library = "lib/active_data_flow/active_data_flow_native.#{RbConfig::CONFIG["DLEXT"]}"
      [*spec.files, library].each do |name|
        FileUtils.mkdir_p(File.dirname(File.join(folder, name)))
        FileUtils.cp(File.join(ROOT, name), File.join(folder, name))
      end
      spec.extensions = []
      File.write(File.join(folder, "active_data_flow.gemspec"), spec.to_ruby)
      folder
    end
  end

  # An application in a folder, and what can be said to it.
  class App
    include CleanMachine

    attr_reader :folder

    def initialize(folder, **env)
      @folder = folder
      @env = env
    end

    # @return [CleanMachine::Outcome]
    def run(*command, **env) = on_clean_machine(*command, chdir: folder, **environment(env))

    # @return [Integer] the process of a Ruby program that goes on, with its own group
    def start(program) = start_on_clean_machine(RbConfig.ruby, program, chdir: folder, log: File.join(folder, "log/#{File.basename(program)}.log"), **environment({}))

    # The same for what takes long: what it says besides its answer is seen while it says it.
    # @return [String] what it printed
    # @raise [RuntimeError] when it fails
    def watch(*command, **env)
      out, late, status = Programs.run(clean(environment(env)), *command, err: $stderr, chdir: folder, unsetenv_others: true)
      status.success? ? out : raise("#{command.join(" ")} failed:\n#{out}#{late}")
    end

    # @return [CleanMachine::Outcome] of bin/rails
    def rails(*arguments, **env) = run(RbConfig.ruby, "bin/rails", *arguments, **env)

    # @return [String] what it printed
    # @raise [RuntimeError] when it fails
    def rails!(*arguments, **env)
      outcome = rails(*arguments, **env)
      outcome.success? ? outcome.out : raise("bin/rails #{arguments.join(" ")} failed:\n#{outcome.out}#{outcome.err}")
    end

    # @return [String] what a program inside of the application printed
    def runner(program, **env) = rails!("runner", program, **env)

    def read(path) = File.read(File.join(folder, path))

    def write(path, text)
      file = File.join(folder, path)
      FileUtils.mkdir_p(File.dirname(file))
      File.write(file, text)
    end

    def files(pattern) = Dir.chdir(folder) { Dir[pattern].sort }

    # A migration behind those that are there, run at once.
    # @param name [String] of the class
    # @param change [String] what its method does
    def migrate(name, change)
      last = files("db/migrate/*").map { |path| File.basename(path).to_i }.max
      write("db/migrate/#{last + 1}_#{name.gsub(/(?<=[a-z])(?=[A-Z])/, "_").downcase}.rb", "class #{name} < ActiveRecord::Migration[7.1]\n  def change\n#{change}  end\nend\n")
      rails!("db:migrate")
    end

    private

    def environment(more) = {GEM_HOME: ENV["GEM_HOME"], BUNDLE_PATH__SYSTEM: "true", SECRET_KEY_BASE_DUMMY: "1", **@env, **more}
  end

  # @return [App] a copy for one example, or those of one context, of `RailsApps.fresh` or `.installed`
  def rails_app(from = RailsApps.installed, **env)
    folder = File.join(Dir.mktmpdir("app", RailsApps.room), "shop")
    FileUtils.cp_r(from, folder)
    App.new(folder, **env)
  end
end

RSpec.configure { |config| config.after(:suite) { FileUtils.rm_rf(RailsApps.rooms) } }
