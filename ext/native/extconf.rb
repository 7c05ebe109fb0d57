# frozen_string_literal: true

require_relative "requirements"

missing = ActiveDataFlowRequirements.missing
abort missing if missing # before mkmf, which would add a page of its own

require "mkmf"
require "rb_sys/mkmf"

create_rust_makefile("active_data_flow/active_data_flow_native") do |config|
  config.auto_install_rust_toolchain = false # we ask for Rust, we do not bring it
  config.extra_cargo_args = ["--locked"]
end
