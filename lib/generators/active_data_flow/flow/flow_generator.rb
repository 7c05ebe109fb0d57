# frozen_string_literal: true

require_relative "../dry_run"
require_relative "../tested"

module ActiveDataFlow
  module Generators
    # Writes a flow and its spec: `active_data_flow:flow order_export` is OrderExportFlow.
    class FlowGenerator < ::Rails::Generators::NamedBase
      include DryRun
      include Tested

      source_root File.expand_path("templates", __dir__)
      desc "Writes a flow and its spec: active_data_flow:flow order_export makes OrderExportFlow in app/data_flows."

      class_option :source, type: :string, banner: "TABLE", desc: "The table or model that rows come from"
      class_option :sink, type: :string, banner: "TABLE", desc: "The table or model that they go to; default: NAME in the plural"
      class_option :scope, type: :string, banner: "NAME", desc: "A scope of the source's model"
      class_option :batch_size, type: :numeric, desc: "The most rows that are committed together"

      # app/data_flows/NAME_flow.rb and its spec.
      def write = write_with_spec("flow", "data_flows", "#{file_path}_flow")

      private

      def file_name = super.delete_suffix("_flow")

      def flow_class = "#{class_name}Flow"

      # OrderExportFlow most likely reads orders.
      def source_name = (options[:source] || file_name.split("_").first.pluralize).to_sym

      def sink_name = (options[:sink] || file_name.pluralize).to_sym
    end
  end
end
