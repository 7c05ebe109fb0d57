# frozen_string_literal: true

# Every file of every installed gem, in an SQLite file, whatever happens to the process. See README.md beside this file.
require "tmpdir"
require_relative "demo"
require_relative "options"

begin
  options = GemInventory::Options.read(ARGV)
  if options.help
    puts options.help
  else
    homes = options.homes.empty? ? Gem.path | Gem.default_path : options.homes
    held = Dir.mktmpdir do |folder|
      file = options.database || File.join(folder, "gems.sqlite3")
      GemInventory::Demo.new(folder, file, homes, $stdout, quiet: options.quiet).run
    end
    abort "Something is not as it should be: see the lines with NOT OK." unless held
  end
rescue OptionParser::ParseError => error
  abort "#{error.message}; --help says what there is"
rescue GemInventory::PrivateCopy::NoGem, GemInventory::Victim::Gone => error
  abort error.message
rescue Interrupt
  exit 130
rescue Errno::EPIPE
  exit # whoever read has seen enough: bin/demo | head
end
