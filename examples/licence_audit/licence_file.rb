# frozen_string_literal: true

module LicenceAudit
  # The file with the licence's words that a gem brings, whatever its author called it.
  LicenceFile = Data.define(:name, :first_line) do
    # @param folder [String]
    # @return [LicenceFile, nil] nil when there is none, or the folder is gone
    def self.in(folder)
      names = Dir.exist?(folder) ? Dir.children(folder) : []
      name = names.grep(/licen[cs]e|copying|\Absdl\z/i).select { |file| File.file?(File.join(folder, file)) }.min
      new(name:, first_line: first_line_of(File.join(folder, name))) if name
    end

    def self.first_line_of(path)
      File.foreach(path, encoding: "UTF-8").lazy.map { |line| line.scrub("?").strip }.find { |line| !line.empty? }
    end
  end
end
