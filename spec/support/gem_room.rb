# frozen_string_literal: true

require "rubygems/package"
require_relative "clean_machine"

# An empty GEM_HOME, a gem put into it, and a program run against it: as a user has it, without Bundler.
module GemRoom
  PACKAGES = File.join(CleanMachine::ROOT, "tmp/package")

  # Requires both namespaces, tries the extension, and says what should not be there.
  PROGRAM = <<~RUBY
    require "active_data_flow"
    require "operations"
    ActiveDataFlow::Native.format_time(0) == "1970-01-01T00:00:00.000000Z" or abort "the extension is not the one"
    $LOADED_FEATURES.grep(/active_data_flow_native/).all? { |path| path.start_with?(ENV.fetch("GEM_HOME")) } or abort "from elsewhere"
    abort "too much is loaded" if defined?(Rails) || defined?(ActiveSupport) || defined?(Bundler)
  RUBY

  # @return [String] the path of the gem that `rake TASKS` makes, in a folder of its own
  def rake_gem(*tasks)
    outcome = on_clean_machine("rake", "--silent", *tasks, GEM_HOME: ENV["GEM_HOME"], **quick_cargo)
    raise outcome.err unless outcome.success?

    outcome.lines.last
  end

  # @return [CleanMachine::Outcome] of installing the gem from its file, after those that it depends on
  def install(gem, into:, with: [], **env)
    [*with, gem].each do |file|
      outcome = on_clean_machine(RbConfig.ruby, gem_command, "install", "--local", "--no-document", file, chdir: scratch, GEM_HOME: into, **elsewhere, **env)
      return outcome if file == gem || !outcome.success?
    end
  end

  # @return [CleanMachine::Outcome] of the program above, in another folder
  def use(gem_home, **env)
    on_clean_machine(RbConfig.ruby, "-e", PROGRAM, chdir: scratch, GEM_HOME: gem_home, **elsewhere, **env)
  end

  # A home without gems of its user; cargo stays as it is configured. What Ruby itself brings (bigdecimal) is there.
  def elsewhere = {HOME: scratch, CARGO_HOME: ENV["CARGO_HOME"] || File.join(Dir.home, ".cargo")}

  # What rb_sys needs, and it, as Bundler downloaded them for this suite.
  def rb_sys
    %w[rake-compiler-dock rb_sys].map { |name| Gem.loaded_specs.fetch(name) { Gem::Specification.find_by_name(name) }.cache_file }
  end

  def files_in(gem) = Gem::Package.new(gem).contents

  def gem_command = File.join(RbConfig::CONFIG["bindir"], "gem")

  # One folder of what cargo made for all, where that changes nothing; RubyGems would clean it before and after an install.
  def quick_cargo = {RB_SYS_CARGO_TARGET_DIR: File.join(CleanMachine::ROOT, "target"), MAKE: "make CLEANOBJS= RUBYGEMS_CLEAN_DIRS="}
end
