# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # Where a run stands in a file: behind which byte, on which line the next row begins, and by what the file is known
    # again: how long it was and when it was changed, and a checksum of what is right before the place.
    Place = Data.define(:byte, :line, :size, :modified, :mark) do
      # @return [String] as a run stores it
      def to_s = Native.encode_position([byte, line, size, modified, mark], nil)

      # @param input [Path, Stream, Attachment]
      # @param mark [String] of what is right before the place now
      # @raise [SourceChanged] when it is not the file that was read. One that has only grown is
      def confirm(input, mark)
        refuse(input, "is a pipe, whose bytes come once") if input.size.nil?
        refuse(input, "is shorter now") if input.size < byte
        refuse(input, "has other bytes before it now") if mark != self.mark
        refuse(input, "was changed since") if input.size == size && input.modified != modified
      end

      # @param input [Path, Stream, Attachment]
      # @raise [SourceChanged]
      def refuse_torn(input) = refuse(input, "its last line goes on now, so that what was read was not all of it")

      private

      def refuse(input, why)
        raise SourceChanged, "#{input.name} was read up to line #{line}, and #{why}: nobody can tell where to go on. " \
          "Write: run_now(restart: true) to begin at its first row"
      end
    end
  end
end
