# frozen_string_literal: true

require "fileutils"
require "tmpdir"

module Bench
  module StoredTasks
    # An empty database for each child.
    module Place
      # A file; journal and synchronous are what Rails sets.
      module Sqlite
        module_function

        def words
          require "sqlite3"
          "SQLite #{SQLite3::SQLITE_VERSION} (the sqlite3 gem's own); journal_mode = WAL, synchronous = NORMAL"
        end

        # @yieldparam config [Hash] what `establish_connection` takes
        def fresh
          folder = Dir.mktmpdir("adf-bench")
          yield({adapter: "sqlite3", database: File.join(folder, "tasks.sqlite3")})
        ensure
          FileUtils.rm_rf(folder)
        end
      end

      # A server of the program's own.
      module Postgresql
        module_function

        def words = Bench::Postgresql.words

        # (see Sqlite.fresh)
        def fresh
          server = Bench::Postgresql.server
          server.fresh("tasks")
          server.checkpoint
          yield server.config("tasks")
        end
      end
    end
  end
end
