# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # One `source` line.
    #
    # name:: what was given: a table's or model's name, a model class, a connector, an Enumerable of Hashes; nil with a block
    # block:: called at each start or resume, with the flow as self; nil with a name
    # scope:: Symbol, Proc or nil
    # cursor:: Array of column names (Strings), or nil: the primary key
    # order:: Array of :asc and :desc, one per cursor column, or one for all
    # connection, role, shard:: whose database it is
    SourceLine = Data.define(:name, :block, :scope, :cursor, :order, :connection, :role, :shard)

    # One `sink` line.
    #
    # name, block, connection, role, shard:: as in {SourceLine}
    # key:: Array of column names (Strings), or nil: the primary key
    # mode:: Symbol, or nil: :upsert, and :update_only where source and sink are one table
    # callbacks:: whether rows go through the model, one by one
    # record_timestamps:: whether created_at and updated_at are set where the row does not bring them
    # max_deletes:: Integer, Float (share of the rows read), nil, or :by_mode where nobody has said
    SinkLine = Data.define(:name, :block, :key, :mode, :callbacks, :record_timestamps, :max_deletes, :connection, :role, :shard) do
      # @param mode [Symbol] that is in force
      # @return [Integer, Float, nil] how much a run may delete. Of a mirror a fifth, where nobody has said; the rows of mode :delete
      #   are read to be deleted
      def most_deletes(mode)
        return max_deletes unless max_deletes == :by_mode

        0.2 if mode == :mirror
      end
    end
  end
end
