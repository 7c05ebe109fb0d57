# frozen_string_literal: true

require "optparse"

module GemInventory
  # What can be written behind the command.
  Options = Struct.new(:quiet, :database, :homes, :help) do
    # @param arguments [Array<String>]
    # @return [Options]
    # @raise [OptionParser::ParseError] for what it does not know
    def self.read(arguments)
      options = new(quiet: false, database: nil, homes: [], help: nil)
      rest = options.parser.parse(arguments)
      raise OptionParser::NeedlessArgument, rest.join(" ") unless rest.empty?

      options
    end

    def parser
      OptionParser.new do |parser|
        parser.banner = "Usage: bin/demo inventory [options]"
        parser.separator "\nCarries every file of every installed gem into an SQLite file, kills the process in the middle, and counts.\n\n"
        parser.on("-q", "--quiet", "only what was counted") { self.quiet = true }
        parser.on("-d", "--database FILE", "keep the SQLite file, as FILE") { |file| self.database = fresh(file) }
        parser.on("-g", "--gems FOLDER", "gems of this folder (with gems and specifications), instead of all; repeatable") { |folder| homes << home(folder) }
        parser.on("-h", "--help", "this text") { self.help = parser.help }
      end
    end

    private

    def fresh(file)
      return File.expand_path(file) unless File.exist?(file)

      raise OptionParser::InvalidArgument, "#{file}; it exists already, and the demo begins with a new one"
    end

    def home(folder)
      return File.expand_path(folder) if File.directory?(File.join(folder, "specifications"))

      raise OptionParser::InvalidArgument, "#{folder}; it has no folder called specifications"
    end
  end
end
