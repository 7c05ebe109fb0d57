# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # A file as the sink of a flow.
    class SinkEnd < Connectors::SinkEnd
      # (see Connectors::SinkEnd#check)
      def check(outputs, known: true, **) = outputs.tap { @sink.expect(outputs) if known }

      # (see ActiveRecord::SinkEnd#way_back)
      def way_back = :cut

      # (see ActiveRecord::SinkEnd#written_to)
      def written_to = ::File.expand_path(@sink.path)

      # (see Connectors::SinkEnd#writer)
      def writer(columns, _mode = nil) = Writer.new(@sink, columns)

      # (see Connectors::SinkEnd#writer_name)
      def writer_name(_mode = nil) = "file: lines written in Rust, cut at the last commit when a run goes on"
    end
  end
end
