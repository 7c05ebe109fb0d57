# frozen_string_literal: true

# The table of functions that SQLite hands to an extension is an array; ext/native/src/sqlite/api.rs names its places.
RSpec.describe "The places in SQLite's table of functions" do
  source = File.read(File.expand_path("../../ext/native/src/sqlite/api.rs", __dir__))
  ours = source.scan(/^\s+(\d+) (\w+)\(/).to_h { |place, name| [name, Integer(place)] }

  # In Debian and its like the header is part of libsqlite3-dev.
  header = ["/usr/include", "/usr/local/include", "/opt/homebrew/opt/sqlite/include"]
    .map { |folder| File.join(folder, "sqlite3ext.h") }.find { |path| File.exist?(path) }

  it "are those of the header" do
    message = "no sqlite3ext.h on this machine: it comes with libsqlite3-dev (Debian), sqlite-devel (Fedora) or sqlite (Homebrew)"
    raise message if header.nil? && ENV.key?("CI")
    skip message if header.nil?

    table = File.read(header)[/struct sqlite3_api_routines \{(.*?)^\};/m, 1].gsub(%r{/\*.*?\*/}m, "")
    theirs = table.split(";").filter_map { |line| line[/\(\s*\*\s*(\w+)\s*\)\s*\(/, 1] }
    expect(theirs.size).to be > 200
    expect(ours.size).to be > 25
    expect(ours.to_h { |name, _| [name, theirs.index(name)] }).to eq(ours)
  end
end
