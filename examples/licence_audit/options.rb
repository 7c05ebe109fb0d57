# frozen_string_literal: true

require "optparse"

module LicenceAudit
  # What can be written behind the command.
  Options = Struct.new(:quiet, :limit, :help) do
    # @param arguments [Array<String>]
    # @return [Options]
    # @raise [OptionParser::ParseError] for what it does not know
    def self.read(arguments)
      options = new(quiet: false, limit: nil, help: nil)
      rest = options.parser.parse(arguments)
      raise OptionParser::NeedlessArgument, rest.join(" ") unless rest.empty?

      options
    end

    def parser
      OptionParser.new do |parser|
        parser.banner = "Usage: bin/demo licences [options]"
        parser.separator "\nAudits the licences of all installed gems: one durable task a gem. Writes nothing.\n\n"
        parser.on("-q", "--quiet", "only the summary") { self.quiet = true }
        parser.on("-l", "--limit N", Integer, "only the first N gems") { |count| self.limit = positive(count) }
        parser.on("-h", "--help", "this text") { self.help = parser.help }
      end
    end

    private

    def positive(count)
      return count if count.positive?

      raise OptionParser::InvalidArgument, "#{count}; write a number from 1 on"
    end
  end
end
