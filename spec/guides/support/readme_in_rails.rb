# frozen_string_literal: true

require "shellwords"

# The README's section about Rails, done in an application step by step: its classes are written, its commands typed.
class ReadmeInRails
  SECTION = /^## In a Rails application\n(.*?)^## /m
  FENCE = /^```(\w+)\n(.*?)^```$/m
  # A command with what it prints, up to the next.
  COMMAND = /^\$ (.+?)(?: +# .*)?\n((?:[^$].*\n)*)/
  CLASS = /^# (app\/\S+)\n(.*?)(?=^# app\/|\z)/m
  private_constant :SECTION, :FENCE, :COMMAND, :CLASS

  # @param app [RailsApps::App]
  def initialize(app)
    @app = app
  end

  # @yieldparam command [String] what is to be typed
  # @yieldparam printed [String] what it prints, as the README has it
  # @return [void]
  def follow(&typed)
    File.read(File.join(CleanMachine::ROOT, "README.md"))[SECTION, 1].scan(FENCE) do |language, source|
      (language == "ruby") ? source.scan(CLASS) { |path, text| @app.write(path, text) } : source.scan(COMMAND, &typed)
    end
  end
end
