# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Writes through the model, row by row, with its validations and callbacks. The rows of a batch are found in one query;
    # one that would not change is not saved. Each row has a savepoint of its own, so the callbacks of the others are not
    # called twice for the sake of a bad one.
    class ModelWriter < Writer
      # @param target [Target]
      def initialize(target)
        super
        @model = target.sink.table.model
        @columns = @columns.select { |name, _type| strict?(name) }
        @encoder = nil # the model does it itself
        @readers = readers
        @timestamps = target.sink.line.record_timestamps
      end

      # (see Writer#write)
      # @yieldparam row [Integer] that the model or the database does not take
      # @yieldparam error [Exception]
      def write(connection, batch, first, last, &aside)
        found = found(batch, first, last)
        counts = {**NOTHING, **((@target.mode == :delete) ? {deleted: 0} : {}), aside: 0}
        live_rows(batch, first, last).each do |row|
          counts[one(connection, batch, row, found, &aside)] += 1
        end
        counts.except(:aside)
      end

      private

      # A model that reads a column in its own way gets the value as it is, and so does an attribute without a column.
      def strict?(name) = @target.sink.table.column(name) && !ModelColumns.type?(@model.type_for_attribute(name))

      # A batch has what the database would be given, and a model takes what an assignment is given for what a person has
      # typed: a moment's text in the application's zone, a number as its type's `cast` makes it. So it is read as a column is.
      # @return [Hash{String => #deserialize}] of the columns whose values a model reads in its own way; JSON is read already
      def readers
        columns = @target.sink.table.columns.reject { |column| column.plain?(@target.sink.dialect) || ModelColumns.type?(column.type) }
        columns.reject { |column| %i[json jsonb].include?(column.type.type) }.to_h { |column| [column.name, column.type] }
      end

      # What the type cannot read is the model's to refuse, such as a number that is none of an enum's.
      def value(batch, row, name)
        given = batch.value(row, name)
        read = @readers[name]&.deserialize(given) unless given.is_a?(Array) || given.is_a?(Hash)
        read.nil? ? given : read
      end

      # @return [Hash{Array => ::ActiveRecord::Base}] by their keys
      def found(batch, first, last)
        return {} if @target.mode == :insert

        keys = live_rows(batch, first, last).map { |row| key_of(batch, row) }
        records = @model.unscoped.where((key.size == 1) ? {key.first => keys.map(&:first)} : {key => keys})
        locked(records).order(*key).index_by { |record| key.map { |name| record[name] } }
      end

      # The one that the database takes for the same, where its key has other bytes.
      def stored(batch, row)
        return if @target.equality.exact? || @target.mode == :insert

        locked(@model.unscoped.where(@target.equality.is(@target.table, batch, row))).take
      end

      def locked(records) = (@target.sink.dialect == :sqlite) ? records : records.lock

      def key = @target.key

      def key_of(batch, row) = key.map { |name| @model.type_for_attribute(name).cast(value(batch, row, name)) }

      # @return [Symbol] the counter that the row belongs to
      def one(connection, batch, row, found, &aside)
        carry(connection, batch, row, (found[key_of(batch, row)] || stored(batch, row) unless @target.mode == :insert))
      rescue => error
        raise unless aside && row_error?(error, connection)

        aside.call(row, error)
        :aside
      end

      # Whose key is refused as taken, although it was not there, lost it to somebody who wrote it meanwhile: it is looked for again.
      def carry(connection, batch, row, record)
        return :skipped if @target.mode == (record ? :insert_only : :update_only)
        return :unchanged if @target.mode == :delete && record.nil?

        savepoint(connection) { (@target.mode == :delete) ? destroy(record) : save(record || @model.unscoped.new, batch, row) }
      rescue ::ActiveRecord::RecordNotUnique, ::ActiveRecord::RecordInvalid => error
        late = (found(batch, row, row).each_value.first || stored(batch, row) if record.nil? && taken?(error) && row_error?(error, connection))
        late ? carry(connection, batch, row, late) : raise
      end

      # @return [Boolean] whether a unique index, or a validation of uniqueness, has refused the row
      def taken?(error) = error.is_a?(::ActiveRecord::RecordNotUnique) || !!error.record&.errors&.any? { |each| each.type == :taken }

      def destroy(record)
        record.destroy!
        :deleted
      end

      def save(record, batch, row)
        fresh = record.new_record?
        assign(record, fresh ? @target.columns : @target.updated, batch, row)
        return :unchanged unless fresh || record.has_changes_to_save?

        record.record_timestamps = @timestamps unless @timestamps
        # A callback that raises Rollback lets it return nil.
        record.save! || raise(::ActiveRecord::RecordNotSaved.new(nil, record))
        fresh ? :new : :updated
      end

      # What an attribute does not take, such as a number that is none of an enum's, is the row's fault as what does not validate is.
      def assign(record, names, batch, row)
        names.each { |name| record.public_send(:"#{name}=", value(batch, row, name)) }
      rescue ArgumentError => error
        raise ::ActiveRecord::RecordNotSaved.new(error.message, record)
      end
    end
  end
end
