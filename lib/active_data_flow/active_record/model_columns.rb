# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Columns whose values only the model can make: serialized and encrypted ones. They are read through it before the first
    # step, and written through it after the last, one by one; all other columns are not.
    module ModelColumns
      # Reads them.
      class Reading
        # @param types [Hash{String => #deserialize}] of the source's model
        def initialize(types)
          @types = types
        end

        # @param batch [Native::Batch] as it was read
        # @return [Array<Array>] rows that cannot be read: row, column, reason
        def call(batch) = @types.flat_map { |name, type| read(batch, name, type) }

        private

        def read(batch, name, type)
          place = batch.overlay(name)
          ModelColumns.each_row(batch, name) { |row| batch.put(row, place, ModelColumns.plain(type.deserialize(batch.value(row, name)))) }
        end
      end

      # Writes them. A value that is the one in the sink becomes what the sink has, byte for byte: encrypting twice does not
      # give the same, and a row that does not change is not written.
      class Writing
        # @param target [Target]
        # @param types [Hash{String => #serialize}] of the sink's model
        def initialize(target, types)
          @target = target
          @types = types
        end

        # @param batch [Native::Batch]
        # @return [Array<Array>] rows that cannot be written: row, column, reason
        def call(batch)
          known = known_values(batch)
          @types.flat_map { |name, type| write(batch, name, type, known) }
        end

        private

        def write(batch, name, type, known)
          place = batch.overlay(name)
          ModelColumns.each_row(batch, name) do |row|
            value = batch.value(row, name)
            there = known[key_of(batch, row)]&.fetch(name)
            batch.put(row, place, (there && same?(type, there, value)) ? there : bytes(type, value))
          end
        end

        # Of an encrypted value nobody casts the text once more.
        def bytes(type, value) = type.serialize(value).then { |bytes| bytes.is_a?(::ActiveModel::Type::Binary::Data) ? bytes.to_s : bytes }

        def same?(type, there, value)
          read = ModelColumns.plain(type.deserialize(there))
          (read.is_a?(Hash) || read.is_a?(Array)) ? JSON.generate(read) == JSON.generate(value) : read == value
        end

        # @return [Hash{Array => Hash{String => Object}}] what the sink has, by the key
        def known_values(batch)
          key = @target.key
          return {} unless key && @target.mode != :insert && (key - batch.outputs).empty?

          names = key + @types.keys
          keys = batch.live.map { |row| key_of(batch, row) }
          keys.each_slice(500).with_object({}) { |some, known| rows(names, key, some).each { |row| known[row.take(key.size).map(&:to_s)] = names.zip(row).to_h } }
        end

        def rows(names, key, values)
          model = @target.sink.table.model
          columns = names.map { |name| Arel.sql(@target.quote([name]).first) }
          scope = model.unscoped.where((key.size == 1) ? {key.first => values.map(&:first)} : {key => values}).select(*columns)
          @target.sink.table.with_connection { |connection| connection.select_rows(scope.to_sql, "ActiveDataFlow read") }
        end

        def key_of(batch, row) = @target.key.map { |name| batch.value(row, name).to_s }
      end

      class << self
        # @param type [Object] of ActiveRecord
        # @return [Boolean]
        def type?(type)
          type.is_a?(::ActiveRecord::Type::Serialized) || (defined?(::ActiveRecord::Encryption) && type.is_a?(::ActiveRecord::Encryption::EncryptedAttributeType))
        end

        # @return [Array<Array>] the rows for which the block raised
        def each_row(batch, name)
          batch.live.filter_map do |row|
            yield row
            nil
          rescue => error
            [row, name, "#{name} could not go through its model: #{error.class}#{": #{error.message}" unless error.message == error.class.name}"]
          end
        end

        # What a batch can hold of a model's value.
        def plain(value)
          case value
          when ::ActiveSupport::HashWithIndifferentAccess then value.to_hash
          when ::ActiveModel::Type::Binary::Data then value.to_s
          else value
          end
        end
      end
    end
  end
end
