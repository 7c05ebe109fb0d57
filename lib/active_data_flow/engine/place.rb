# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A position as people read it: "id 12,000,000".
    module Place
      module_function

      # @param position [String, nil] as it is stored
      # @return [Array, nil] the values of the cursor's columns
      def values(position) = position && listed(Native.decode_position(position))

      # @param value [Object] what a position is: a value, or one for each column
      # @return [Array] not by Array(), which takes a Time apart
      def listed(value) = value.is_a?(Array) ? value : [value]

      # @param names [Array<String>] of the cursor's columns; none for rows that are only counted
      # @param position [String] as it is stored
      # @return [String]
      def shown(names, position)
        values = values(position)
        names = ["row"] if names.empty?
        return position unless names.size == values.size

        names.zip(values).map { |name, value| "#{name} #{text(value)}" }.join(", ")
      rescue ArgumentError # what a connector has as its position, it reads alone
        position
      end

      # @param value [Integer]
      # @return [String] "12,000,000"
      def number(value) = value.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")

      def text(value)
        case value
        when Integer then number(value)
        when Time then value.utc.strftime("%Y-%m-%d %H:%M:%S.%6N")
        when BigDecimal then value.to_s("F")
        else value.to_s
        end
      end
      private_class_method :text
    end
  end
end
