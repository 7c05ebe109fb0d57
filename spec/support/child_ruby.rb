# frozen_string_literal: true

require "rbconfig"
require "tempfile"

# Ruby in a process of its own, for what one process cannot take back: what is loaded, and how it exits.
module ChildRuby
  Answer = Data.define(:out, :err, :status) do
    def success? = status.success?
  end

  LIB = File.expand_path("../../lib", __dir__)

  # What Bundler has set; without it a program starts sooner.
  BUNDLER = ENV.keys.grep(/\ABUNDLE|\ARUBYOPT\z/).to_h { |name| [name, nil] }.freeze

  # @param gems [Boolean] whether the program needs the gems of the Gemfile
  # @return [Answer] of a program run with `lib` on the load path
  def child_ruby(program, *arguments, env: {}, gems: true)
    env = BUNDLER.merge(env) unless gems
    out, err, status = Programs.run(env, RbConfig.ruby, "-I", LIB, "-e", program, "--", *arguments)
    Answer.new(out:, err:, status:)
  end

  # @return [Answer] of rake with a Rakefile of its own
  def child_rake(rakefile, *arguments)
    Tempfile.create("Rakefile") do |file|
      file.write(rakefile)
      file.close
      child_ruby("require 'rake'; Rake.application.run(ARGV)", "--rakefile", file.path, *arguments)
    end
  end
end

RSpec.configure { |config| config.include ChildRuby }
