# frozen_string_literal: true

require "fileutils"
require "open3"
require "tmpdir"

module Bench
  module Flow
    module Limits
      # INSERT .. SELECT over ATTACH, a window of keys at a time, each in a transaction of its own.
      class AttachedWindows
        def initialize(child, size: 10_000)
          @child = child
          @size = size
        end

        def prepare
          source, sink = @child.configs
          @database = @child.sqlite(sink)
          @database.execute("ATTACH ? AS place", ["file:#{source[:database]}?mode=ro"])
          @statement = @database.prepare("INSERT INTO order_copies (#{@child.columns.join(", ")}) #{@child.select("id > ? AND id <= ?", from: "place.orders")}")
        end

        def call = @child.windows(@size) { |first, last| @statement.execute(first, last) }
      end

      # A loop in C over two prepared statements, linked with the system's SQLite.
      class CLoop
        SOURCE = File.join(__dir__, "copy_loop.c")

        def initialize(child, size: 10_000)
          @child = child
          @size = size
        end

        def prepare
          folder = Dir.mktmpdir("adf-c")
          at_exit { FileUtils.rm_rf(folder) }
          @program = File.join(folder, "copy_loop")
          out, status = Open3.capture2e("cc", "-O2", "-o", @program, SOURCE, "-lsqlite3")
          raise Absent, "the C loop does not compile here, it needs SQLite's headers (Debian: libsqlite3-dev): #{out.lines.first}" unless status.success?
        rescue Errno::ENOENT
          raise Absent, "the C loop needs a C compiler (cc), and finds none on PATH"
        end

        def call
          source, sink = @child.configs.map { |config| config[:database] }
          insert = "INSERT INTO order_copies (#{@child.columns.join(", ")}) VALUES (#{(["?"] * @child.columns.size).join(", ")})"
          system(@program, source, sink, "#{@child.select("id <= #{@child.upto}")} ORDER BY id", insert, @size.to_s, exception: true)
        end
      end

      # The sqlite3 gem: step, bind, step. No block looks at the row.
      class GemLoop
        def initialize(child, size: 10_000)
          @child = child
          @size = size
        end

        def prepare
          source, sink = @child.configs.map { |config| @child.sqlite(config) }
          @sink = sink
          @select = source.prepare("#{@child.select("id <= #{@child.upto}")} ORDER BY id")
          @insert = sink.prepare("INSERT INTO order_copies (#{@child.columns.join(", ")}) VALUES (#{(["?"] * @child.columns.size).join(", ")})")
        end

        def call
          row = true
          while row
            @sink.transaction { row = carry }
          end
        end

        private

        # @return [Array, nil] the last row; nil when there is no more
        def carry
          row = nil
          @size.times do
            row = @select.step or break
            @insert.reset!
            @insert.bind_params(row)
            @insert.step
          end
          @insert.reset!
          row
        end
      end
    end
  end
end
