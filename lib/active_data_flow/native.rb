# frozen_string_literal: true

# Loads the compiled extension. A platform gem carries one library per Ruby minor, in folders of that name beside this
# file; a gem that was compiled on this machine, and a checkout, have the one that fits.
library = "active_data_flow_native"
minor = RUBY_VERSION[/\A\d+\.\d+/]
beside = Dir.children(__dir__)
carried = beside.grep(/\A\d+\.\d+\z/).sort_by { |name| name.split(".").map(&:to_i) }

if carried.include?(minor)
  require_relative "#{minor}/#{library}"
elsif beside.any? { |name| name.start_with?("#{library}.") }
  require_relative library
else
  begin
    require "active_data_flow/#{library}" # where RubyGems keeps extensions in a folder of their own
  rescue LoadError => error
    raise unless error.path == "active_data_flow/#{library}"

    raise LoadError, if carried.any?
      "active_data_flow is installed for Ruby #{carried.join(", ")}, and this is Ruby #{RUBY_VERSION}. " \
        "Run: gem install active_data_flow --platform ruby (needs Rust), or use one of those Rubies"
    else
      "active_data_flow has no compiled extension for this Ruby (#{RUBY_VERSION}). " \
        "In a checkout run bin/setup; an installed gem is mended by: gem pristine active_data_flow"
    end
  end
end
