# frozen_string_literal: true

require "find"
require_relative "database"
require_relative "installed_files"

module GemInventory
  # Counts what the flow says it has done against two that know nothing of it: a walk through the folders, and triggers
  # that write down every row that is written.
  class Proof
    RUN = "SELECT status, rows_read, cursor FROM active_data_flow_data_flow_runs ORDER BY id DESC LIMIT 1"
    private_constant :RUN

    # @return [Array<String>] the paths that a walk finds
    attr_reader :files

    # @param homes [Array<String>]
    # @param out [IO]
    def initialize(homes, out)
      @files = walk(homes)
      @out = out
      @holds = true
      watch
    end

    # @return [Boolean] whether everything has been as it should be
    def holds? = @holds

    def killed
      status, read, cursor = Database.ask(RUN).first
      rows = count("gem_files")
      say rows == read && status == "in_progress", "killed; its run is #{status}, has read #{read} rows, and #{rows} are in the table. Cursor:", cursor
      @read_before = read
    end

    def complete
      status, read, = Database.ask(RUN).first
      say status == "success" && count("active_data_flow_data_flow_runs") == 1, "the same run is a #{status}: #{@read_before} rows by the first process, #{read - @read_before} by the second"
      paths = Database.ask("SELECT path FROM gem_files").flatten
      say paths.sort == files, "#{paths.size} paths in the table, #{files.size} found by a walk; #{(files - paths).size} missing, #{(paths - files).size} too many"
      written = Database.ask("SELECT path FROM gem_file_writes").flatten
      say written.sort == files, "#{written.size} writes seen by triggers: each path exactly once, whoever wrote it"
    end

    # @param run [ActiveDataFlow::Run]
    def second(run)
      say run.counts[:written].zero? && writes_since(files.size).empty?, "#{sums(run)}. Triggers saw #{writes_since(files.size).size} writes"
    end

    # @param run [ActiveDataFlow::Run]
    # @param changed [Array<String>]
    def third(run, changed)
      seen = writes_since(files.size)
      say run.counts[:updated] == changed.size && run.counts[:written] == changed.size && seen.sort == changed.sort, "#{sums(run)}. Triggers saw #{seen.size} writes:", *seen
    end

    private

    def walk(homes)
      folders = InstalledFiles.new(homes:).folders.keys
      folders.flat_map { |folder| Find.find(folder).select { |path| File.file?(path) && !File.symlink?(path) } }.filter_map { |path| InstalledFiles.text(path) }.sort
    end

    def watch
      ActiveRecord::Base.with_connection do |connection|
        connection.create_table(:gem_file_writes) { |table| table.string :path }
        %w[INSERT UPDATE].each do |deed|
          connection.execute("CREATE TRIGGER watch_#{deed} AFTER #{deed} ON gem_files BEGIN INSERT INTO gem_file_writes (path) VALUES (new.path); END")
        end
      end
    end

    def sums(run)
      counts = run.counts
      parts = %i[new updated unchanged filtered rejected skipped]
      @holds &&= counts[:read] == counts.values_at(*parts).sum
      "read #{counts[:read]} = #{parts.map { |name| "#{counts[name]} #{name}" }.join(" + ")}"
    end

    def writes_since(number) = Database.ask("SELECT path FROM gem_file_writes ORDER BY id LIMIT -1 OFFSET #{number}").flatten

    def count(table) = Database.value("SELECT count(*) FROM #{table}")

    def say(holds, text, *more)
      @holds &&= holds
      @out.puts("  #{holds ? "ok" : "NOT OK"}: #{text}", more.map { |line| "      #{line}" })
      @out.flush
    end
  end
end
