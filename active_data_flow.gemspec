# frozen_string_literal: true

require_relative "lib/active_data_flow/version"

Gem::Specification.new do |spec|
  spec.name = "active_data_flow"
  spec.version = ActiveDataFlow::VERSION
  spec.summary = "Work that takes many steps or many rows and must survive anything, in Ruby on a Rust core"
  spec.description = "Durable flowcharts (Operations::Task) that sleep for weeks, are woken by time, condition or person, " \
    "start sub-tasks and time out; and flows (ActiveDataFlow::Base) that carry rows from a source to a sink behind a cursor, at the " \
    "database's speed, and go on at the exact row."
  spec.authors = ["The active_data_flow authors"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.2"
  spec.metadata = {"rubygems_mfa_required" => "true", "cargo_crate_name" => "active_data_flow_native"}

  # No git here: a gem is built from an unpacked archive as well.
  spec.files = Dir.chdir(__dir__) do
    Dir["lib/**/*.{rake,rb,tt}", "sig/**/*.rbs", "guides/**/*.md", "ext/**/*.{rs,rb,toml}", "Cargo.{toml,lock}",
      "README.md", "CHANGELOG.md", "LICENSE.txt", ".yardopts"].reject { |path| path.match?(%r{\Aext/[^/]+/(tests|benches|target|proptest-regressions)/}) }
  end
  spec.extensions = ["ext/native/extconf.rb"]
  spec.require_paths = ["lib"]

  spec.add_dependency "bigdecimal", ">= 3.1" # decimal attributes; a bundled gem from Ruby 3.4 on
  # Makes the Makefile that calls cargo, where the extension is compiled; a platform gem goes without.
  spec.add_dependency "rb_sys", "~> 0.9", ">= 0.9.124" # magnus 0.8.4 asks for the crate of that version
end
