# frozen_string_literal: true

module Operations
  # An Enumerable over tasks that are elsewhere: `length`, `count`, `empty?`, `any?` and `none?` without a block or a value
  # are counts, for which no task is built. Whoever includes it has `size`.
  module Counted
    include Enumerable

    # @return [Integer]
    def length = size

    def count(*wanted, &block) = (wanted.empty? && !block) ? size : super

    def empty? = size.zero?

    def any?(*wanted, &block) = (wanted.empty? && !block) ? !empty? : super

    def none?(*wanted, &block) = (wanted.empty? && !block) ? empty? : super
  end
end
