# frozen_string_literal: true

require_relative "support/v1_suite"

namespace :v1 do
  desc "Run the specs of this gem's ancestor, unchanged, against this gem (SUITE=a checkout of standard_procedure_operations 0.7.5, ONLY=files)"
  task :suite do
    folder = ENV["SUITE"] || abort("Say where the specs are: rake v1:suite SUITE=../operations")
    exit 1 unless V1Suite.new(folder).run(*ENV.fetch("ONLY", "").split(","))
  rescue V1Suite::Missing => error
    abort error.message
  end
end
