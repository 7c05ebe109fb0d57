# frozen_string_literal: true

require "fileutils"
require "rbconfig"

module Packaging
  # Compiles the extension as an installed gem would: extconf.rb, make, and the library that comes out of it.
  class Extension
    NAME = "active_data_flow_native"

    # @param root [String] the folder of the sources
    # @param ruby [String] the Ruby to compile for
    # @param profile [String] "release" or "dev", as cargo names them
    def initialize(root, ruby: RbConfig.ruby, profile: "release")
      @root = File.expand_path(root)
      @ruby = ruby
      @profile = profile
      @minor, @dlext = IO.popen([ruby, "-rrbconfig", "-e", 'puts RUBY_VERSION[/\A\d+\.\d+/], RbConfig::CONFIG["DLEXT"]'], &:readlines).map(&:chomp)
    end

    # @return [String] "3.3", for the Ruby it compiles for
    attr_reader :minor

    # @return [String] the path of the library
    def compile(into:)
      FileUtils.mkdir_p([work, into])
      run(@ruby, File.join(@root, "ext/native/extconf.rb"))
      run("make")
      library = File.join(into, "#{NAME}.#{@dlext}")
      # A rename: a process that has the old library open keeps it.
      FileUtils.cp(File.join(work, "#{NAME}.#{@dlext}"), "#{library}.partial")
      File.rename("#{library}.partial", library)
      library
    end

    private

    def work = File.join(@root, "tmp/extension", @minor)

    def run(*command)
      system(environment, *command, chdir: work) || raise("#{command.join(" ")} failed in #{work}")
    end

    # One cargo folder for all Rubies and all builds of this checkout.
    def environment
      {"RB_SYS_CARGO_TARGET_DIR" => File.join(@root, "target"), "RB_SYS_CARGO_PROFILE" => @profile, "SOURCE_DATE_EPOCH" => nil}
    end
  end
end
