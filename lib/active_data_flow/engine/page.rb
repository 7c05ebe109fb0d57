# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # One batch on its way: the rows, and where in the source they stand.
    #
    # batch:: Native::Batch
    # upto:: String, the position of its last row; the run goes on after it
    # last:: whether the source has nothing more
    # positions:: answers `call(row_number)` with a String
    # lacking:: Array of String, the last columns of the batch, where its rows do not bring them: only steps see their NULLs
    # portion:: RowsPath::Portion, where its rows were worked on while others were written; else nil
    # misfits:: Array<Flow::Transformation::Misfit>, its rows that could not be read
    # origins:: answers `call(row_number)` with a {Files::Origin}, where the source is something that people can look into; else nil
    Page = Data.define(:batch, :upto, :last, :positions, :lacking, :portion, :misfits, :origins) do
      def initialize(lacking: [], portion: nil, misfits: [], origins: nil, **) = super

      # @param upto [String] the position that it leads to
      # @return [Page] of a source that has got on, and has brought nothing
      def self.without_rows(upto) = new(batch: Native::Batch.new([]), upto:, last: false, positions: nil)
    end
  end
end
