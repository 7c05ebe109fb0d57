# frozen_string_literal: true

require "open3"

module Bench
  module Flow
    # What a database does when nobody is in its way.
    module Limits
      # INSERT .. SELECT, a window of keys at a time, each in a transaction of its own.
      class Windows
        # @param checkpoint [Boolean] does each window also note in a row how far it came?
        def initialize(child, size: 10_000, checkpoint: false)
          @child = child
          @size = size
          @checkpoint = checkpoint
        end

        def prepare
          @connection = @child.pg(@child.configs.last)
          @connection.exec("DROP TABLE IF EXISTS checkpoints; CREATE TABLE checkpoints (id int PRIMARY KEY, cursor text, rows bigint); INSERT INTO checkpoints VALUES (1, '', 0)")
          @connection.prepare("carry", "INSERT INTO order_copies (#{@child.columns.join(", ")}) #{@child.select("id > $1 AND id <= $2")}")
          @connection.prepare("note", "UPDATE checkpoints SET cursor = $1, rows = rows + $2 WHERE id = 1")
        end

        def call
          @child.windows(@size) do |first, last|
            @checkpoint ? @connection.transaction { carry(first, last, note: true) } : carry(first, last)
          end
        end

        private

        def carry(first, last, note: false)
          @connection.exec_prepared("note", [last.to_s, @size]) if note
          @connection.exec_prepared("carry", [first, last])
        end
      end

      # One statement that writes new and changed rows and no other.
      class GuardedUpsert
        # @param joined [Boolean] are equal rows sorted out by a join first? Then none of them is locked
        def initialize(child, joined: false)
          @child = child
          @joined = joined
        end

        def prepare = @connection = @child.pg(@child.configs.last)

        def call = {written: @connection.exec(@joined ? joined : plain).cmd_tuples}

        private

        def plain
          "INSERT INTO order_copies (#{list}) #{@child.select("id <= #{@child.upto}")} " \
            "ON CONFLICT (id) DO UPDATE SET #{others.map { |name| "#{name} = excluded.#{name}" }.join(", ")} " \
            "WHERE (#{list("order_copies")}) IS DISTINCT FROM (#{list("excluded")})"
        end

        def joined
          "INSERT INTO order_copies (#{list}) SELECT #{list("wanted")} FROM (#{@child.select("id <= #{@child.upto}")}) AS wanted " \
            "LEFT JOIN order_copies AS old USING (id) WHERE old.id IS NULL OR (#{list("old")}) IS DISTINCT FROM (#{list("wanted")}) " \
            "ON CONFLICT (id) DO UPDATE SET #{others.map { |name| "#{name} = excluded.#{name}" }.join(", ")}"
        end

        def list(of = nil) = @child.columns.map { |name| of ? "#{of}.#{name}" : name }.join(", ")

        def others = @child.columns - ["id"]
      end

      # psql piped into psql.
      class PsqlPipe
        def initialize(child)
          @child = child
        end

        def prepare
          raise Absent, "psql is not on PATH" unless ENV.fetch("PATH").split(File::PATH_SEPARATOR).any? { |folder| File.executable?(File.join(folder, "psql")) }
        end

        def call
          source, sink = @child.configs
          statuses = Open3.pipeline(psql(source, "COPY (#{@child.select("id <= #{@child.upto}")} ORDER BY id) TO STDOUT (FORMAT binary)"),
            psql(sink, "COPY order_copies (#{@child.columns.join(", ")}) FROM STDIN (FORMAT binary)"))
          raise "psql failed: #{statuses}" unless statuses.all?(&:success?)
        end

        private

        def psql(config, sql)
          ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h", config[:host], "-p", config[:port].to_s, "-U", config[:username], "-d", config[:database], "-c", sql]
        end
      end

      # The same through the pg gem: what COPY gives out, gathered to 64 KB, is put into COPY.
      class PgPipe
        CHUNK = 64 * 1024

        def initialize(child)
          @child = child
        end

        def prepare
          @source, @sink = @child.configs.map { |config| @child.pg(config) }
        end

        def call
          buffer = String.new(capacity: CHUNK * 2, encoding: Encoding::BINARY)
          @sink.copy_data("COPY order_copies (#{@child.columns.join(", ")}) FROM STDIN (FORMAT binary)") do
            @source.copy_data("COPY (#{@child.select("id <= #{@child.upto}")} ORDER BY id) TO STDOUT (FORMAT binary)") do
              while (piece = @source.get_copy_data)
                buffer << piece
                put(buffer) if buffer.bytesize >= CHUNK
              end
            end
            put(buffer)
          end
        end

        private

        def put(buffer)
          @sink.put_copy_data(buffer)
          buffer.clear
        end
      end
    end
  end
end
