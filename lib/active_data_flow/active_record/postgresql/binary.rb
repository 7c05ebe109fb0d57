# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # The types whose binary form the core reads and writes; a value of another type (an array, an enum, an address)
      # travels as its text.
      module Binary
        TYPES = /\A(bool(ean)?|smallint|integer|bigint|int[248]|real|double\ precision|float[48]|numeric|decimal|text|character varying|varchar|
          character|char|bytea|date|timestamp|time\ without|uuid|jsonb?)\b/x
        private_constant :TYPES

        # @param sql_type [String, nil]
        # @return [Boolean]
        def self.type?(sql_type) = !sql_type.nil? && TYPES.match?(sql_type) && !sql_type.end_with?("[]")
      end
    end
  end
end
