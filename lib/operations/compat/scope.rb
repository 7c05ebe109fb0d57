# frozen_string_literal: true

module Operations
  module Compat
    # Stored tasks of one class by what stands in the columns of their table, read anew at each use.
    # What is asked of the columns (`where`, `order`, `limit`, `count`, `ids`, `pluck`) is asked of ActiveRecord; the tasks
    # come from the storage.
    class Scope
      include Counted
      include Scopes

      AT_ONCE = 1000
      private_constant :AT_ONCE

      # @param task_class [Class]
      # @param storage [Storage::ActiveRecord]
      # @return [Scope] all tasks of a class and those below it
      def self.of(task_class, storage = Operations.storage)
        rows = Rows.of(storage)
        new(storage, (task_class == Task) ? rows.all : rows.where(type: Registry.names_below(task_class)))
      end

      # @param storage [Storage::ActiveRecord]
      # @param rows [ActiveRecord::Relation]
      def initialize(storage, rows)
        @storage = storage
        @rows = rows
      end

      # @param sql [Array] a condition and its values; or, instead:
      # @param columns [Hash] values of columns, of which `parent` is a task
      # @return [Scope]
      def where(*sql, **columns)
        columns[:parent_id] = columns.delete(:parent)&.id if columns.key?(:parent)
        sql.empty? ? with(:where, columns) : with(:where, *sql)
      end

      # @return [Scope]
      def order(...) = with(:order, ...)

      # @return [Scope]
      def limit(count) = with(:limit, count)

      # @yieldparam task [Operations::Task]
      def each
        return enum_for(:each) { size } unless block_given?

        ids.each_slice(AT_ONCE) do |some|
          tasks = @storage.find_all(some).to_h { |task| [task.id, task] }
          some.each { |id| tasks[id]&.then { |task| yield task } }
        end
        self
      end
      alias_method :find_each, :each

      # @return [Integer]
      def size = @rows.count

      def empty? = @rows.empty?

      # @return [Operations::Task, Array<Operations::Task>, nil]
      def first(count = nil) = count ? limit(count).to_a : limit(1).to_a.first

      # (see #first)
      def last(count = nil) = count ? to_a.last(count) : with(:reverse_order).first

      # @return [Array<Integer, String>]
      def ids = sorted.pluck(:id)

      # @param columns [Array<Symbol>]
      # @return [Array]
      def pluck(*columns) = sorted.pluck(*columns)

      # @return [Array<Operations::Task>] those that there were
      def destroy_all = to_a.each(&:destroy)

      def inspect = "#<#{self.class} #{to_a.inspect}>"

      private

      def with(word, ...) = self.class.new(@storage, @rows.public_send(word, ...))

      def sorted = @rows.order_values.empty? ? @rows.order(:id) : @rows
    end
  end
end
