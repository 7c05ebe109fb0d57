# frozen_string_literal: true

require_relative "../../message"
require_relative "../sink"
require_relative "../../files"
require_relative "../../files/part"

module ActiveDataFlow
  module Connector
    class Sink
      # What sinks of files have in common. A flow writes `path.part`, and its length into each commit; a run that goes on cuts off
      # what was not committed; the last commit gives the file its name. So there is no line that is torn, doubled or lost, wherever
      # the process dies, and no file under its name that is not whole.
      class ToFile < self
        # @param given [String, Pathname] the path that the file has in the end
        # @param path [String, Pathname] the same
        # @param options [Hash] of the format
        # @raise [ArgumentError] for what is no path, and for an option that cannot be
        def initialize(given = nil, path: given, **options)
          path = path.to_path if path.respond_to?(:to_path)
          raise ArgumentError, "#{self.class.label} writes to a path, not to #{path.inspect}" unless path.nil? || path.is_a?(String)

          super(path:, **options)
        end

        # @param rows [Array<Hash, Message>]
        # @param idempotency_key [String, nil] not needed: what was not committed is cut off
        # @raise [ArgumentError] for a value that cannot be written; no row is then
        def write_batch(rows, idempotency_key: nil)
          batches = rows.map { |row| Message.row(row) }.slice_when { |one, other| one.keys != other.keys }.map { |same| batch_of(same) }
          texts = batches.map { |batch, names| text_of(batch, names, batches.first.last) }
          bad = texts.flat_map(&:last).first
          raise ArgumentError, bad.last if bad

          texts.zip(batches) { |(text, _bad), (_batch, names)| append(text, names) }
        end

        # What was written outlasts the machine.
        # @return [void]
        def flush = @part&.sync

        # @return [Hash{String => Object}] how far the file is written; kept in each commit
        def checkpoint = part.checkpoint

        # Goes on there.
        # @param checkpoint [Hash, nil] nil: at the beginning
        # @return [void]
        # @raise [Error] where another process is at the file, or it is another one
        def resume(checkpoint)
          close
          @part = Files::Part.new(path, @at = checkpoint)
        end

        # Gives the file its name; inside the last commit. What is written then begins it anew.
        # @return [void]
        def complete
          part.complete
          close
          @at = nil
        end

        # @return [void]
        def close
          @at = @part.checkpoint if @part
          @part&.close
          @part = nil
        end

        # @private
        # @return [Files::SinkEnd]
        def sink_end(line = nil) = Files::SinkEnd.new(self, line)

        # @private
        # @param names [Array<String>] that the rows bring
        # @param first [Array<String>] that the first ones bring, where none is written yet
        # @return [Array(String, Array)] lines, and what cannot be written
        def text_of(batch, names, first = names) = raise(NotImplementedError)

        # @private
        # @param names [Array<String>] of the columns that rows will have
        def expect(names) = nil

        # @private
        def append(text, _names) = part.append(text)

        def to_s = path

        private

        def part = @part ||= Files::Part.new(path, @at)

        def batch_of(rows)
          names = rows.first.keys.map(&:to_s)
          batch = Native::Batch.new(names)
          rows.each { |row| batch.push_hash(row) }
          [batch, names]
        end
      end
    end
  end
end
