# frozen_string_literal: true

require "fileutils"
require_relative "installed_files"

module GemInventory
  # A copy of one small gem in a folder of our own, so that nobody's gems are touched when files have to change.
  class PrivateCopy
    # There is none with enough files.
    class NoGem < StandardError; end

    # @return [String] a folder as in Gem.path
    attr_reader :home

    # @param folder [String]
    # @param homes [Array<String>] where gems are
    # @param files [Integer] that it has at least
    def initialize(folder, homes, files: 3)
      @home = File.join(File.realpath(folder), "private")
      @source, @gem = InstalledFiles.new(homes:).folders.select { |path, _gem| files_in(path).size >= files }.min_by { |path, _gem| [files_in(path).size, path] }
      raise NoGem, "no gem in #{homes.join(", ")} has #{files} files that could be changed" unless @gem

      copy(@gem.full_gem_path, "gems")
      copy(@gem.loaded_from, "specifications")
    end

    # @return [String] "json 2.7.2"
    def label = "#{@gem.name} #{@gem.version}"

    # Another first byte, the same size and time.
    # @param count [Integer]
    # @return [Array<String>] the files
    def change(count)
      files_in(File.join(home, "gems", File.basename(@gem.full_gem_path))).first(count).each do |file|
        times = File.stat(file).then { |stat| [stat.atime, stat.mtime] }
        content = File.binread(file)
        content.setbyte(0, content.getbyte(0) ^ 1)
        FileUtils.chmod("u+w", file)
        File.binwrite(file, content)
        File.utime(*times, file)
      end
    end

    private

    # Those with something in them.
    def files_in(path) = Dir.glob("**/*", base: path).map { |name| File.join(path, name) }.select { |file| File.file?(file) && !File.symlink?(file) && File.size?(file) }.sort

    def copy(from, below)
      FileUtils.mkdir_p(File.join(home, below))
      FileUtils.cp_r(from, File.join(home, below), preserve: true)
    end
  end
end
