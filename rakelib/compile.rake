# frozen_string_literal: true

require_relative "support/extension"

desc "Compile the extension into lib/, release build"
task :compile do
  Packaging::Extension.new(Dir.pwd).compile(into: "lib/active_data_flow")
end

namespace :compile do
  desc "Compile the extension into lib/ quickly, without optimisation"
  task :dev do
    Packaging::Extension.new(Dir.pwd, profile: "dev").compile(into: "lib/active_data_flow")
  end
end
