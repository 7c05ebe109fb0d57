# frozen_string_literal: true

module Bench
  module Flow
    module Peers
      # Sequel: datasets without models, read by key, a thousand rows in a statement.
      class SequelUpsert < Peer
        def prepare
          require "sequel"
          @source, @sink = @child.configs.map { |config| connect(config) }
        end

        def call
          orders = @source[:orders].where(Sequel[:id] <= @child.upto).order(:id).limit(BATCH)
          copies = @sink[:order_copies].insert_conflict(target: :id, update: changes)
          last = 0
          while (page = orders.where(Sequel[:id] > last).all).any?
            last = page.last[:id]
            rows = page.filter_map { |row| @row.call(row.transform_keys(&:to_s))&.values_at(*@child.columns) }
            copies.import(@child.columns.map(&:to_sym), rows) if rows.any?
          end
        end

        private

        def connect(config)
          return Sequel.postgres(host: config[:host], port: config[:port], user: config[:username], database: config[:database]) if config[:host]

          Sequel.sqlite(config[:database], timestamp_usecs: true).tap { |database| Sqlite::PRAGMAS.each { |name, value| database.run("PRAGMA #{name} = #{value}") } }
        end

        def changes = (@child.columns - ["id"]).to_h { |name| [name.to_sym, Sequel[:excluded][name.to_sym]] }
      end
    end
  end
end
