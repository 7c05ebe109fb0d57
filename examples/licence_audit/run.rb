# frozen_string_literal: true

# The licences of all installed gems, audited by one durable task a gem. See README.md beside this file.
require_relative "audit"
require_relative "installed_gems"
require_relative "options"

begin
  options = LicenceAudit::Options.read(ARGV)
  if options.help
    puts options.help
  else
    gems = LicenceAudit::InstalledGems.all
    LicenceAudit::Audit.new(gems.first(options.limit || gems.size), $stdout, quiet: options.quiet).run
  end
rescue OptionParser::ParseError => error
  abort "#{error.message}; --help says what there is"
rescue Interrupt
  exit 130
rescue Errno::EPIPE
  exit # whoever read has seen enough: bin/demo | head
end
