# frozen_string_literal: true

require "active_data_flow"

module GemInventory
  # The files in the folders of gems, in the order of their paths. A run stands behind a path, not behind a number of
  # files: it goes on at the right place although gems came or went meanwhile.
  class InstalledFiles < ActiveDataFlow::Connector::Source
    # @param path [String] whatever the locale takes it for
    # @return [String, nil] as UTF-8; nil where it is none, and cannot be the key of a row
    def self.text(path) = path.dup.force_encoding(Encoding::UTF_8).then { |text| text if text.valid_encoding? }

    attribute :homes # Array of folders that have `gems` and `specifications`

    # @param after [String, nil] the path that was read last
    # @param limit [Integer]
    # @return [Array<Hash>] the files behind it
    def fetch(after:, limit:)
      first = after ? rows.bsearch_index { |row| row[:path] > after } : 0
      first ? rows[first, limit] : []
    end

    def position_of(row) = row[:path]

    # @return [Integer]
    def size = rows.size

    # The next run looks again.
    def close
      @rows = nil
    end

    # @return [Hash{String => Gem::Specification}] folder => gem. Default gems whose files are among Ruby's own have none
    def folders
      specifications.filter_map { |gem| [File.realpath(gem.full_gem_path), gem] if File.directory?(gem.full_gem_path) }.to_h
    end

    # @return [Integer] those that have files
    def gems = rows.map { |row| row.values_at(:gem, :version) }.uniq.size

    def to_s = "#{size} files of #{gems} gems"

    private

    def rows = @rows ||= folders.flat_map { |folder, gem| files_in(folder, gem) }.sort_by { |row| row[:path] }

    def specifications
      files = homes.flat_map { |home| Dir.glob("specifications/{,default/}*.gemspec", base: home).map { |name| File.join(home, name) } }
      files.filter_map { |file| Gem::Specification.load(file) }
    end

    def files_in(folder, gem)
      Dir.glob("**/*", File::FNM_DOTMATCH, base: folder).filter_map do |name|
        path = self.class.text(File.join(folder, name)) or next
        stat = File.lstat(path)
        {path:, gem: gem.name, version: gem.version.to_s, bytes: stat.size, modified: stat.mtime} if stat.file?
      end
    end
  end
end
