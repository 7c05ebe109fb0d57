# frozen_string_literal: true

require_relative "counted"

module Operations
  # What is counted without being read, and else is as an Array. Whoever includes it has `size` and `to_a`.
  module Listed
    include Counted

    def each(&block)
      return enum_for(:each) { size } unless block

      to_a.each(&block)
      self
    end

    def to_ary = to_a

    def entries = to_a

    def last(*args) = to_a.last(*args)

    def [](*args) = to_a[*args]

    def ==(other) = other.respond_to?(:to_a) && to_a == other.to_a

    def inspect = "#<#{self.class} #{to_a.inspect}>"
  end
end
