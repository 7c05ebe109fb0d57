# frozen_string_literal: true

require "fileutils"
require "rubygems/package"
require_relative "extension"
require_relative "crates"

module Packaging
  # The three gems that can be made of a checkout: with crates as cargo is configured (what `gem build` makes as well),
  # with its crates inside, and compiled for this platform.
  class Gems
    # @param root [String] the folder of the sources
    # @param into [String] the folder that gets the gems
    def initialize(root, into: File.join(root, "pkg"))
      @root = File.expand_path(root)
      @into = File.expand_path(into)
      @rubies = []
    end

    # From now on {#gem} makes the platform gem.
    # @param rubies [Array<String>] paths of the Rubies to compile for, at most one of each minor
    def platform!(rubies) = @rubies = rubies

    # @return [String] the path of the gem
    def gem = @rubies.empty? ? plain : platform

    # @return [String] the path of the gem
    def plain = staged("plain") { |_stage, spec| spec }

    # @return [String] the path of the gem with its crates inside
    def vendored
      staged("vendored") do |stage, spec|
        spec.files += Crates.new(stage).vendor
        spec
      end
    end

    private

    def platform
      staged("platform") do |stage, spec|
        minors = @rubies.map { |ruby| compile(ruby, stage) }
        compiled(spec, minors)
        spec.files = spec.files.grep_v(%r{\A(ext/|Cargo\.)}) + Dir.chdir(stage) { Dir["lib/active_data_flow/*.*/*.{so,bundle}"] }
        spec
      end
    end

    # One folder per minor: lib/active_data_flow/3.3/
    def compile(ruby, stage)
      extension = Extension.new(@root, ruby:)
      extension.compile(into: File.join(stage, "lib/active_data_flow", extension.minor))
      extension.minor
    end

    # Nothing to compile at the user's, so nothing that compiling needs.
    def compiled(spec, minors)
      sorted = minors.sort_by { |minor| Gem::Version.new(minor) }
      spec.platform = Gem::Platform.local
      spec.extensions = []
      spec.dependencies.reject! { |dependency| dependency.name == "rb_sys" }
      spec.required_ruby_version = [">= #{sorted.first}", "< #{Gem::Version.new("#{sorted.last}.0").bump}.dev"]
    end

    def staged(name)
      stage = File.join(@root, "tmp/package", name)
      FileUtils.rm_rf(stage)
      spec = specification
      copy(spec.files, stage)
      build(yield(stage, spec), stage)
    ensure
      FileUtils.rm_rf(stage)
    end

    # A copy: RubyGems hands out the one it read before, and these get changed.
    def specification = Gem::Specification.load(File.join(@root, "active_data_flow.gemspec")).dup

    def copy(files, stage)
      files.each do |file|
        target = File.join(stage, file)
        FileUtils.mkdir_p(File.dirname(target))
        FileUtils.cp(File.join(@root, file), target)
      end
    end

    def build(spec, stage)
      FileUtils.mkdir_p(@into)
      path = File.join(@into, spec.file_name)
      Dir.chdir(stage) { Gem::DefaultUserInteraction.use_ui(Gem::SilentUI.new) { Gem::Package.build(spec, false, false, path) } }
      path
    end
  end
end
