# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # A file as the source of a flow.
    class SourceEnd < Connectors::SourceEnd
      # A column as far as a file has one: by its name.
      Column = Data.define(:name)

      # @return [Array<Column>, nil] nil where only the rows know
      def columns = @columns ||= @source.columns&.map { |name| Column.new(name:) }

      # @param after [Array, nil] the stored place
      # @return [Reader]
      # @raise [SourceChanged]
      def reader(after: nil) = Reader.new(@source.pages(after:))

      # @return [Array<String>, nil] where it begins and ends
      def bounds
        size = @source.size
        [0, size].map { |byte| Native.encode_position(byte, nil) } if size
      end

      # @param position [String] as it is stored
      # @return [String] as people read it
      def place(position) = "line #{Native.decode_position(position)[1].to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")}"
    end
  end
end
