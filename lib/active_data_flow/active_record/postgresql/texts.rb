# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Values of the types that Ruby has a class for and a batch has not, as PostgreSQL reads them: arrays, ranges,
      # intervals, addresses, points. What stands in them is not cast on the way: PostgreSQL refuses what it cannot read.
      module Texts
        module_function

        # @param type [Object] of ActiveRecord
        # @return [Object] without what brings its times into a zone
        def bare(type) = type.respond_to?(:__getobj__) ? type.__getobj__ : type

        # @param type [Object] as {bare} gives it
        # @return [Boolean] whether it is an array's
        def array?(type) = type.is_a?(::ActiveRecord::ConnectionAdapters::PostgreSQL::OID::Array)

        # @param type [Object] as {bare} gives it
        # @return [Boolean] whether it is an array's or a range's
        def several?(type) = array?(type) || type.is_a?(::ActiveRecord::ConnectionAdapters::PostgreSQL::OID::Range)

        # @param type [#serialize] of the value's column
        # @param value [Object]
        # @return [Object] a text; what a batch takes as it is stays so
        def of(type, value)
          case value
          when nil, true, false, String, Symbol, Numeric, Date, Time, ::ActiveSupport::TimeWithZone then value
          when Array then array?(type) ? array(type, value) : type.serialize(value)
          when Range then range(type, value)
          else type.serialize(value)
          end
        end

        # @param type [::ActiveRecord::ConnectionAdapters::PostgreSQL::OID::Array]
        # @param values [Array]
        # @return [String]
        def array(type, values) = type.serialize([]).encoder.encode(elements(type.subtype, values), Encoding::UTF_8)

        def elements(type, values)
          values.map { |value| value.is_a?(Array) ? elements(type, value) : element(type, value) }
        end

        def element(type, value)
          return type.serialize(value) if %i[json jsonb].include?(type.type)

          case (value = of(type, value))
          when Time, DateTime, ::ActiveSupport::TimeWithZone then value.to_time.getutc.strftime("%F %T.%6N+00")
          when BigDecimal then value.to_s("F")
          when Hash then JSON.generate(value)
          else value
          end
        end

        def range(type, value)
          bounds = [value.begin, value.end].map { |bound| (bound.respond_to?(:infinite?) && bound.infinite?) ? nil : element(type, bound) }
          "[#{bounds.join(",")}#{value.exclude_end? ? ")" : "]"}"
        end

        private_class_method :elements, :element, :range
      end
    end
  end
end
