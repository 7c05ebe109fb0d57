# frozen_string_literal: true

require_relative "../dry_run"
require_relative "../tested"

module ActiveDataFlow
  module Generators
    # Writes a task and its spec: `active_data_flow:task approve_invoice` is ApproveInvoice.
    class TaskGenerator < ::Rails::Generators::NamedBase
      include DryRun
      include Tested

      source_root File.expand_path("templates", __dir__)
      desc "Writes a task and its spec: active_data_flow:task approve_invoice makes ApproveInvoice in app/operations."

      # app/operations/NAME.rb and its spec.
      def write = write_with_spec("task", "operations", file_path)
    end
  end
end
