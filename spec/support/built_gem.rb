# frozen_string_literal: true

require "fileutils"
require_relative "gem_room"

# The gem that `gem build` makes of this checkout, and the home into which it was installed from its file: compiled once
# for the whole suite, by whoever asks first.
class BuiltGem
  include CleanMachine
  include GemRoom

  class << self
    # @return [BuiltGem]
    def instance = @instance ||= new

    # Ends with the suite.
    def remove = @instance&.remove
  end

  # @return [String] its path
  def file = @file ||= build

  # @return [String] a GEM_HOME that has it, and what compiling takes
  # @raise [RuntimeError] where it cannot be installed
  def home = @home ||= installed

  def remove = FileUtils.rm_rf([file_path, home_path, scratch])

  private

  # Below the checkout: cargo is configured there as it is here, whether by the user or by bin/setup.
  def file_path = File.join(PACKAGES, "plain.gem")

  def home_path = File.join(PACKAGES, "plain-home")

  def build
    FileUtils.mkdir_p(PACKAGES)
    said = on_clean_machine(RbConfig.ruby, gem_command, "build", "active_data_flow.gemspec", "--output", file_path)
    said.success? ? file_path : raise("gem build: #{said.err}")
  end

  def installed
    said = install(file, into: home_path, with: rb_sys, **quick_cargo)
    said.success? ? home_path : raise("gem install: #{said.out}#{said.err}")
  end
end

RSpec.configure { |config| config.after(:suite) { BuiltGem.remove } }
