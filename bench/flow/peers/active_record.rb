# frozen_string_literal: true

module Bench
  module Flow
    module Peers
      # What the peers share: batches of a thousand, which is in_batches' own size and the best for all of them.
      class Peer
        SLOWER = 1
        BATCH = 1_000

        def initialize(child)
          @child = child
          @row = child.row
        end

        def prepare = @child.active_record

        private

        def orders = Order.where(id: ..@child.upto)
      end

      # ActiveRecord: a thousand rows in, a thousand rows out.
      class UpsertAll < Peer
        def call
          orders.in_batches(of: BATCH) do |batch|
            rows = batch.filter_map { |order| @row.call(order.attributes) }
            OrderCopy.upsert_all(rows, unique_by: :id) if rows.any?
          end
        end
      end

      # ActiveRecord, row by row: every save is a transaction.
      class Save < Peer
        SLOWER = 10

        def call
          orders.find_each do |order|
            attributes = @row.call(order.attributes) or next
            OrderCopy.find_or_initialize_by(id: attributes["id"]).update!(attributes)
          end
        end
      end

      # activerecord-import: columns and arrays without validation, which is its quickest way.
      class Import < Peer
        def prepare
          super
          require "activerecord-import"
          require "activerecord-import/active_record/adapters/#{(@child.workload.place == Sqlite) ? "sqlite3" : "postgresql"}_adapter"
        end

        def call
          columns = @child.columns
          changing = {conflict_target: [:id], columns: columns - ["id"]}
          orders.in_batches(of: BATCH) do |batch|
            rows = batch.filter_map { |order| @row.call(order.attributes)&.values_at(*columns) }
            OrderCopy.import(columns, rows, validate: false, timestamps: false, on_duplicate_key_update: changing) if rows.any?
          end
        end
      end
    end
  end
end
