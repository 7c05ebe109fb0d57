# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Rows that Ruby gave, as batches. A row that no batch can hold keeps its place in it, so that positions stay what they
    # are, and is named beside it, to be put aside as the others are.
    class Gathering
      # How a value of another class is written, where its `to_s` is not it.
      WRITTEN = {"Rational" => "to_d(18)", "Complex" => "real", "ActiveSupport::Duration" => "iso8601", "ActionController::Parameters" => "to_unsafe_h",
                 "Range" => 'then { |range| "[" + [range.begin, range.end].join(",") + "]" }'}.freeze
      private_constant :WRITTEN

      def initialize
        @spares = Spares.new
      end

      # @param taken [Hand::Taken]
      # @return [Array<(Native::Batch, Array<Flow::Transformation::Misfit>)>]
      def call(taken)
        misfits = []
        batch = @spares.take(taken.names + taken.lacking)
        taken.rows.each_with_index do |row, index|
          misfits << misfit(index, nil, row.message, row) if row.is_a?(TypeError)
          push(batch, row.is_a?(TypeError) ? {} : row) { |found| misfits << found.with(row: index) }
        end
        [batch, misfits]
      end

      # @param batch [Native::Batch] of an earlier call, whose rows are committed
      def done(batch) = @spares.give(batch)

      private

      def push(batch, row)
        batch.push_hash(row)
      rescue => error
        name, value = row.find { |pair| refusal(pair) }
        yield misfit(nil, name&.to_s, reason(name, value, error), error)
        batch.push_hash(row.to_h { |key, other| refusal([key, other]) ? [key.to_s, shown(other)] : [key, other] })
      end

      # @return [StandardError, nil] why a batch does not take it
      def refusal(pair)
        Native::Batch.new([]).push_hash([pair].to_h)
        nil
      rescue => error
        error
      end

      def reason(name, value, error)
        hint = ". Write row[:#{name}].#{WRITTEN.fetch(value.class.name, "to_s")} in the source" if error.is_a?(TypeError) && (name.is_a?(Symbol) || name.is_a?(String))
        "#{name}: #{error.message}#{hint}"
      end

      # As a reject shows it.
      def shown(value) = value.inspect.encode("UTF-8", invalid: :replace, undef: :replace)

      def misfit(row, column, reason, error) = Flow::Transformation::Misfit.new(row:, column:, reason:, error:)
    end
  end
end
