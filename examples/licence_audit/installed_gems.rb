# frozen_string_literal: true

module LicenceAudit
  # Every gem that this Ruby can find, also those that came with it, and whatever Bundler would leave out.
  module InstalledGems
    # @return [Array<Gem::Specification>] by name and version
    def self.all
      folders = (Gem.path | Gem.default_path).map { |path| File.join(path, "specifications") }
      files = folders.flat_map { |folder| Dir.glob("{,default/}*.gemspec", base: folder).map { |name| File.join(folder, name) } }
      files.filter_map { |file| Gem::Specification.load(file) }.sort_by { |gem| [gem.name, gem.version] }
    end
  end
end
