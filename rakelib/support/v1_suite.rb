# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# The specs of `standard_procedure_operations`, run against this gem. They belong to somebody else and are not in this
# checkout: whoever has them says where. What they are run in is a temporary folder, with a copy of their `spec` (which has
# a Rails application) and, where they look for their library, two files that require ours. Nothing is written beside them.
class V1Suite
  ROOT = File.expand_path("../..", __dir__)

  # What those specs and their application need beside the library.
  GEMS = {"rails" => "~> 8.1.0", "rspec-rails" => ">= 7", "sqlite3" => ">= 2.1", "propshaft" => ">= 1"}.freeze

  # The files that a helper of those specs requires by their path.
  LIBRARY = {
    "standard_procedure_operations" => %(require "operations/compat"\n),
    "operations/matchers" => "require #{File.join(ROOT, "lib/operations/matchers").inspect}\n"
  }.freeze

  # There is something to be brought before the specs can run.
  class Missing < StandardError; end

  # Of the process that runs rake: another Gemfile is meant.
  OURS = ENV.keys.grep(/\ABUNDLE_(?!PATH)|\ABUNDLER_|\ARUBY(?:OPT|LIB)\z/).to_h { |name| [name, nil] }.freeze
  private_constant :OURS

  # @param folder [String] of a checkout
  # @raise [Missing] when there are no specs in it
  def initialize(folder)
    @folder = File.expand_path(folder)
    return if File.file?(File.join(@folder, "spec/rails_helper.rb"))

    raise Missing, "There is no spec/rails_helper.rb in #{@folder}; SUITE is the folder of a checkout of the ancestor, at 0.7.5"
  end

  # @param files [Array<String>] below the checkout; none: all of them
  # @return [Boolean] whether all examples passed
  # @raise [Missing] when a gem cannot be had
  def run(*files)
    Dir.mktmpdir("v1-suite") do |room|
      furnish(room)
      within(room, "bundle", "install", "--quiet") || raise(Missing, "Bundler could not get #{GEMS.keys.join(", ")} from #{source}.")
      within(room, "bundle", "exec", "rspec", *files)
    end
  end

  private

  def furnish(room)
    FileUtils.cp_r(File.join(@folder, "spec"), room)
    LIBRARY.each { |name, text| write(room, "lib/#{name}.rb", text) }
    write(room, "Gemfile", gemfile)
  end

  # Required while the application boots, as a Gemfile's gems are.
  def gemfile
    lines = GEMS.map { |name, version| "gem #{name.inspect}, #{version.inspect}" }
    ours = "gem \"active_data_flow\", path: #{ROOT.inspect}, require: %w[active_data_flow operations/compat]"
    ["source #{source.inspect}", *lines, ours, ""].join("\n")
  end

  def source = Gem.sources.first.uri.to_s

  def write(room, path, text)
    file = File.join(room, path)
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, text)
  end

  def within(room, *command)
    system({**OURS, "BUNDLE_GEMFILE" => File.join(room, "Gemfile"), "RAILS_ENV" => "test"}, *command, chdir: room)
  end
end
