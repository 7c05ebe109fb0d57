# frozen_string_literal: true

require_relative "database"

module GemInventory
  # What the inventory holds, asked of the table.
  class Contents
    ALL = "SELECT count(*), count(DISTINCT gem || ' ' || version), coalesce(sum(bytes), 0) FROM gem_files"
    TWINS = "SELECT coalesce(sum(files), 0) FROM (SELECT count(*) AS files FROM gem_files WHERE bytes > 0 GROUP BY xxh3 HAVING count(*) > 1)"
    LARGEST = "SELECT gem, version, sum(bytes) FROM gem_files GROUP BY gem, version ORDER BY 3 DESC LIMIT 1"
    private_constant :ALL, :TWINS, :LARGEST

    def to_s
      files, gems, bytes = Database.ask(ALL).first
      gem, version, most = Database.ask(LARGEST).first
      "The inventory: #{files} files of #{gems} gems, #{megabytes(bytes)}. #{Database.value(TWINS)} files have a twin with the same content; " \
        "the largest gem is #{gem} #{version} with #{megabytes(most)}."
    end

    private

    def megabytes(bytes) = format("%.1f MB", bytes.to_i / 1e6)
  end
end
