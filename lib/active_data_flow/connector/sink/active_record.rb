# frozen_string_literal: true

require_relative "../../active_record"

module ActiveDataFlow
  module Connector
    class Sink
      # Writes through a model. One row (`write`) is validated and runs the model's callbacks; several (`write_batch`) are
      # written in few statements, without either. A row that would not change is not written.
      #
      #   ActiveDataFlow::ActiveRecordSink.new(model_class: Product, key: :sku)
      #
      # In a flow `sink :products, key: :sku` writes the same rows without making records of them.
      class ActiveRecord < self
        Errors = ActiveDataFlow::ActiveRecord::Errors
        MODES = %i[insert insert_only upsert update_only].freeze
        private_constant :MODES, :Errors

        # @return [Class, String, Symbol] as it was given
        attribute :model
        # @return [Symbol, Array<Symbol>, nil]
        attribute :key, default: nil
        # @return [Symbol] :insert, :insert_only, :upsert or :update_only
        attribute :mode, default: :upsert
        # @return [Integer] how many rows a statement writes at most
        attribute :batch_size, default: 1000
        # @return [Class, nil]
        attribute :sink_collision_class, default: nil

        # A class among the classes of collisions is found again by its name.
        # @private
        def self.restore(configuration)
          name = configuration[:sink_collision_class] or return super
          found = [Collision, *Configured.below(Collision)].find { |klass| klass.name == name }
          raise ArgumentError, "#{name.inspect} is no class below #{Collision}" unless found

          super(configuration.merge(sink_collision_class: found))
        end

        # @param model_class [Class, Symbol, String] a model, or the name of one or of a table
        # @param model [Class, Symbol, String] the same
        # @param key [Symbol, Array<Symbol>, nil] columns by which a row is found again; default the primary key
        # @param mode [Symbol]
        # @param batch_size [Integer]
        # @param sink_collision_class [Class, nil] below {Collision}; says what becomes of a row in the place of the key
        # @raise [ArgumentError] for what cannot be; names are looked up at the first use
        def initialize(model_class: nil, model: nil, key: nil, mode: :upsert, batch_size: 1000, sink_collision_class: nil)
          super(model: model_class || model, key: key && Array(key).map(&:to_sym), mode: checked_mode(mode), batch_size:,
                sink_collision_class: checked_collision(sink_collision_class))
          ActiveDataFlow::ActiveRecord::Table.check_name(self.model)
        end

        # @return [Class]
        # @raise [ArgumentError] when there is neither a model nor a table of that name
        def model_class = table.model

        # @return [Collision] what writing a row would do
        def collision = @collision ||= (sink_collision_class || KeyCollision).new(self)

        # @param row [Hash, Message]
        # @return [Integer] one of {Collision}'s results: what became of the row
        # @raise [IOError] when the database refuses; `cause` is its error
        # @raise [ArgumentError] when the model refuses; `cause` is its error
        def write(row)
          row = Message.row(row)
          writing { deed(row, sink_collision_class ? collision.predicted_write_result(transformed: row) : Collision::NO_PREDICTION) }
        end

        # @param rows [Array<Hash, Message>]
        # @param idempotency_key [String, nil] not needed: rows are found by their key
        # @return [Hash{Symbol => Integer}] how many were `new:`, `updated:`, `unchanged:` and `skipped:`
        # @raise [IOError, ArgumentError] as {#write}; nothing is written then
        def write_batch(rows, idempotency_key: nil)
          rows = rows.map { |row| Message.row(row) }
          writing do
            model_class.transaction(requires_new: true) { sink_collision_class ? one_by_one(rows) : Batch.new(self, rows).write }
          end
        end

        def reports_collisions? = true

        # @return [Object] whoever has the same one can commit with it
        def pool = table.pool

        # @private
        # @return [ActiveDataFlow::ActiveRecord::Table]
        def table = @table ||= writing { ActiveDataFlow::ActiveRecord::Table.find(model) }

        # @return [Boolean] whether the row is to blame for what {#write} has raised
        def row_error?(error) = error.is_a?(ArgumentError) || (error.is_a?(IOError) && Errors.row?(cause_of(error)) == true)

        # @return [Boolean] whether the same rows may go through later
        def transient?(error) = Errors.transient?(cause_of(error)) == true

        # @return [String, nil] the column that the database names
        def column_of(error) = error.is_a?(IOError) ? Errors.column(cause_of(error)) : nil

        # @return [String] one sentence
        def reason_of(error) = error.is_a?(IOError) ? Errors.reason(cause_of(error)) : error.message

        # @private
        # @return [Array<Symbol>] the columns by which a row is found again
        def key_columns = key || table.primary_key.map(&:to_sym)

        # @private
        # @return [::ActiveRecord::Base, nil] the record that the row would meet
        def existing(row)
          values = row.values_at(*key_columns)
          model_class.find_by(key_columns.zip(values).to_h) unless values.empty? || values.any?(&:nil?)
        end

        # In a flow a moment without a zone is UTC, as SQLite gives them; a model would take its text for the application's zone.
        # @private
        # @param row [Hash{Symbol => Object}]
        # @return [Hash{Symbol => Object}]
        def row_of_flow(row) = row.to_h { |name, value| [name, value.is_a?(String) ? in_zone(name, value) : value] }

        def to_s = "#{model.is_a?(Class) ? model.name : model}#{" by #{key.join(", ")}" if key}"

        private

        def in_zone(name, text)
          type = model_class.type_for_attribute(name)
          type.is_a?(::ActiveRecord::AttributeMethods::TimeZoneConversion::TimeZoneConverter) ? type.deserialize(text) || text : text
        end

        def cause_of(error) = error.cause.is_a?(::ActiveRecord::ActiveRecordError) ? error.cause : error

        def deed(row, predicted)
          return predicted if predicted == Collision::REDUNDANT_TRANSFORMED_RECORD
          return create(row) if predicted == Collision::NEW_TRANSFORMED_RECORD || mode == :insert

          record = existing(row)
          return (mode == :update_only) ? Collision::REDUNDANT_TRANSFORMED_RECORD : create(row) unless record

          (mode == :insert_only) ? Collision::REDUNDANT_TRANSFORMED_RECORD : update(record, row)
        end

        def create(row)
          model_class.create!(row)
          Collision::NEW_TRANSFORMED_RECORD
        end

        def update(record, row)
          record.assign_attributes(row)
          return Collision::REDUNDANT_TRANSFORMED_RECORD unless record.changed?

          record.save!
          Collision::UPDATED_TRANSFORMED_RECORD
        end

        def one_by_one(rows)
          results = rows.map { |row| write(row) }.tally
          {new: results.fetch(Collision::NEW_TRANSFORMED_RECORD, 0), updated: results.fetch(Collision::UPDATED_TRANSFORMED_RECORD, 0),
           unchanged: results.fetch(Collision::REDUNDANT_TRANSFORMED_RECORD, 0), skipped: 0}
        end

        def writing
          yield
        rescue ::ActiveRecord::RecordInvalid, ::ActiveRecord::RecordNotSaved, ::ActiveModel::UnknownAttributeError => error
          raise ArgumentError, "#{model} does not take the row: #{error.message}"
        rescue ::ActiveRecord::ActiveRecordError => error
          raise IOError, "writing #{model} failed: #{error.message}"
        end

        def checked_mode(mode)
          return mode.to_sym if MODES.include?(mode.to_s.to_sym)

          raise ArgumentError, "#{self.class.label} has no mode #{mode.inspect}; it has #{Operations::Spelling.list(MODES)}. " \
            "In a flow `sink :table, mode: :mirror` and :delete write tables."
        end

        def checked_collision(klass)
          return klass if klass.nil? || (klass.is_a?(Class) && klass <= Collision)

          raise ArgumentError, "sink_collision_class: is a class below #{Collision}, not #{klass.inspect}"
        end
      end

      ActiveRecordSink = ActiveRecord
    end
  end

  ActiveRecordSink = Connector::Sink::ActiveRecord
end

require_relative "active_record/batch"
require_relative "active_record/key_collision"
