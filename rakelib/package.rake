# frozen_string_literal: true

require_relative "support/gems"

# Gems are made from a staged copy, so that nothing of the checkout changes and nothing of it leaks into them.
packaging = Packaging::Gems.new(Dir.pwd)

desc "Build the gem to publish, with its crates inside: it installs where no crate registry can be reached"
task :build do
  puts packaging.vendored
end

desc "Make the next `gem` a platform gem: compiled, for the Rubies that RUBIES names (paths; default: this one)"
task :native do
  packaging.platform!(ENV.fetch("RUBIES", RbConfig.ruby).split(File::PATH_SEPARATOR))
end

desc "Build a gem that takes its crates as cargo is configured; after `native`, the platform gem"
task :gem do
  puts packaging.gem
end
