# frozen_string_literal: true

require "fileutils"
require "open3"

module Packaging
  # Puts the crates that a staged copy needs into it, so that it compiles with no registry in reach.
  class Crates
    # @param stage [String] a copy of the sources, which is changed
    def initialize(stage)
      @stage = stage
    end

    # @return [Array<String>] the files this added
    def vendor
      strip_dev_dependencies
      cargo("update", "--workspace", "--offline") # the lock file loses what only the tests needed, and keeps every version
      cargo("vendor", "--locked", "--respect-source-config", "vendor")
      write_configuration
      # Vendored crates hold dot files that their checksums name.
      Dir.chdir(@stage) { Dir.glob("{vendor,.cargo}/**/*", File::FNM_DOTMATCH).select { |path| File.file?(path) } }
    end

    private

    # The table ends where the next begins.
    def strip_dev_dependencies
      Dir[File.join(@stage, "ext/*/Cargo.toml")].each do |path|
        File.write(path, File.read(path).gsub(/^\[dev-dependencies\]\n(?:(?!\[).*\n?)*/, ""))
      end
    end

    # At the root of the gem only: one that is committed would break the checkout.
    def write_configuration
      FileUtils.mkdir_p(File.join(@stage, ".cargo"))
      File.write(File.join(@stage, ".cargo/config.toml"), <<~TOML)
        # The crates are in this gem.
        [source.crates-io]
        replace-with = "vendored-sources"

        [source.vendored-sources]
        directory = "vendor"
      TOML
    end

    def cargo(*arguments)
      out, status = Open3.capture2e("cargo", *arguments, chdir: @stage)
      status.success? || raise("cargo #{arguments.join(" ")} failed in #{@stage}:\n#{out}")
      out
    end
  end
end
