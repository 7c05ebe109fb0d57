# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# Commands in an environment that is written down: nothing of Bundler, of RubyGems or of bin/exec leaks into them.
module CleanMachine
  ROOT = File.expand_path("../..", __dir__)

  Outcome = Data.define(:out, :err, :status) do
    def success? = status.success?

    def lines = out.lines(chomp: true)
  end

  # What a person's shell would have anyway.
  KEPT = %w[PATH HOME LANG LC_ALL TMPDIR XDG_CACHE_HOME ADF_TOOLCHAIN ADF_CRATES CARGO_HOME RUSTUP_HOME LIBCLANG_PATH].freeze

  # @return [Outcome] of a command that sees only these variables
  def on_clean_machine(*command, chdir: ROOT, **env)
    out, err, status = Programs.run(clean(env), *command, chdir:, unsetenv_others: true)
    Outcome.new(out:, err:, status:)
  end

  # @param log [String] a file
  # @return [Integer] the process of such a command, and of the group of all that it starts; it goes on
  def start_on_clean_machine(*command, chdir:, log:, **env)
    Process.spawn(clean(env), *command, chdir:, out: log, err: log, pgroup: true, unsetenv_others: true)
  end

  # @return [Hash{String => String}] these variables and no others but what a shell has
  def clean(env) = ENV.to_h.slice(*KEPT).merge("RUSTUP_HOME" => rustup_home).merge(env.transform_keys(&:to_s)).compact

  # rustup's cargo looks for its toolchains below HOME, which these specs move.
  def rustup_home
    home = ENV["RUSTUP_HOME"] || File.join(Dir.home, ".rustup")
    home if Dir.exist?(home)
  end

  # @return [String] a folder of links to every program on PATH except these; made once for the suite
  def path_without(*names) = CleanMachine.paths[names] ||= link_programs(Dir.mktmpdir("path"), names)

  def self.paths = @paths ||= {}

  def link_programs(links, names)
    ENV.fetch("PATH").split(File::PATH_SEPARATOR).select { |folder| Dir.exist?(folder) }.each do |folder|
      Dir.children(folder).each do |name|
        next if names.any? { |pattern| File.fnmatch?(pattern, name) } || File.symlink?(File.join(links, name))

        File.symlink(File.join(folder, name), File.join(links, name))
      end
    end
    links
  end

  # @return [String] a folder with one program, made of this shell script
  def path_with(name, script)
    folder = Dir.mktmpdir("path", scratch)
    program = File.join(folder, name)
    File.write(program, "#!/bin/sh\n#{script}\n")
    FileUtils.chmod(0o755, program)
    folder
  end

  # A folder of this example's, gone after it.
  def scratch = @scratch ||= Dir.mktmpdir("adf")

  # @return [String] a copy of what bin/setup needs, never set up
  def fresh_copy(name = "clone")
    copy = File.join(scratch, name)
    FileUtils.mkdir_p(copy)
    FileUtils.cp_r(%w[bin ext gemfiles lib rakelib Cargo.toml Cargo.lock Gemfile active_data_flow.gemspec].map { |name| File.join(ROOT, name) }, copy)
    FileUtils.rm_f(Dir[File.join(copy, "lib/active_data_flow/*.{so,bundle}")])
    copy
  end
end

RSpec.configure do |config|
  config.include CleanMachine
  config.after { FileUtils.rm_rf(@scratch) if @scratch }
  config.after(:suite) { FileUtils.rm_rf(CleanMachine.paths.values) }
end
