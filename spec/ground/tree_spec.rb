# frozen_string_literal: true

require "json"

# What has to be true of every file, and of the numbers that are written down twice.
RSpec.describe "The tree" do
  root = CleanMachine::ROOT

  # Everything that is, or is about to be, committed; where there is no git (an unpacked archive), everything.
  files = Dir.chdir(root) do
    listed = `git ls-files --cached --others --exclude-standard -z 2>/dev/null`.split("\0")
    (listed.any? ? listed : Dir.glob("**/*", File::FNM_DOTMATCH)).select { |path| File.file?(path) }.grep_v(%r{\A(\.git|tmp|target|pkg|vendor)/})
  end
  this = "spec/ground/tree_spec.rb"

  define_method(:text) { |path| File.binread(File.join(root, path)) }
  define_method(:metadata) do
    JSON.parse(IO.popen(%w[cargo metadata --locked --offline --format-version 1], chdir: root, err: File::NULL, &:read))
  end

  def package_hosts
    apt = Dir["/etc/apt/{sources.list,sources.list.d/*}"].flat_map { |path| File.read(path).scan(%r{://([^/\s]+)}) }.flatten
    gems = Gem.sources.sources.map { |source| source.uri.host }
    (apt + gems).compact.uniq
  end

  def version_list(versions) = versions.compact.map { |version| Gem::Version.new(version) }

  it "carries no text under another licence than its own", req: "X-03" do
    notice = /GNU (LESSER|LIBRARY|AFFERO)? ?GENERAL PUBLIC LICENSE\s+Version|under the terms of the GNU|SPDX-License-Identifier: *(A|L)?GPL/i
    expect((files - [this]).select { |path| text(path).match?(notice) }).to eq []
    expect(files.grep(/\A(.*\/)?(COPYING|LICEN[CS]E)(\.\w+)?\z/)).to eq ["LICENSE.txt"]
  end

  it "is MIT, and says so wherever it is asked", req: "X-03" do
    expect(text("LICENSE.txt")).to start_with "MIT License"
    expect(Gem::Specification.load(File.join(root, "active_data_flow.gemspec")).license).to eq "MIT"
    expect(text("Cargo.toml")).to include 'license = "MIT"'
    expect(%w[core native].map { |crate| text("ext/#{crate}/Cargo.toml") }).to all(include("license.workspace = true"))
  end

  it "ships only crates that may go into an MIT gem", req: "X-03" do
    # BSL-1.0 is Boost's, which asks for nothing in what is compiled; not to be confused with BUSL.
    permissive = /\bMIT\b|Apache-2\.0|BSD|\bBSL-1\.0\b|Unlicense|Zlib|ISC|Unicode/
    expect(metadata["packages"].reject { |crate| crate["license"].to_s.match?(permissive) }.map { |crate| crate["name"] }).to eq []
  end

  it "holds no file twice", req: "X-03" do
    code = files.grep(/\.(rb|rs|rbs|md)\z/).reject { |path| text(path).strip.empty? }
    expect(code.group_by { |path| text(path) }.values.select { |paths| paths.size > 1 }).to eq []
  end

  it "names no folder of this machine, and no host that this machine gets its packages from" do
    folders = [root, Dir.home].map { |folder| /(?<![\w.}*~])#{Regexp.escape(folder)}\// }
    place = Regexp.union(*folders, *package_hosts)
    offenders = files.flat_map do |path|
      text(path).each_line.grep(place).map { |line| "#{path}: #{line.strip}" }
    end
    expect(offenders).to eq []
  end

  it "keeps files short enough to be read: 250 lines of Ruby, 400 of Rust" do
    ceilings = {".rb" => 250, ".rs" => 400}
    long = files.grep_v(/\Aspec\/|\/tests?[\/.]/).select { |path| (ceiling = ceilings[File.extname(path)]) && text(path).lines.size > ceiling }
    expect(long).to eq []
  end

  it "has one version: of the gem, of both namespaces, of the crates, of the newest change" do
    expect(Operations::VERSION).to eq ActiveDataFlow::VERSION
    expect(text("Cargo.toml")[/^version = "(.*)"/, 1]).to eq ActiveDataFlow::VERSION
    expect(text("CHANGELOG.md")[/^## ([\d.]+)/, 1]).to eq ActiveDataFlow::VERSION
  end

  it "asks for the lowest Rust that the lock file can be built with" do
    own, others = metadata["packages"].partition { |crate| crate["source"].nil? }
    asked = version_list(own.map { |crate| crate["rust_version"] })
    needed = version_list(others.map { |crate| crate["rust_version"] }).max
    expect(asked.uniq.map { |version| version.segments.first(2) }).to eq [needed.segments.first(2)]
  end

  it "pins no gem to a patch version" do
    pins = /(gem|add_dependency|add_development_dependency)\b.*["']= ?\d|["']~> \d+\.\d+\.\d+["']/
    expect(%w[Gemfile active_data_flow.gemspec].flat_map { |path| text(path).lines.grep(pins) }).to eq []
  end

  it "tries units, parts together on real databases, and whole applications, all in RSpec", req: "E-29" do
    # By what they are tried with: no matter of taste.
    kinds = {"spec/active_data_flow/flow" => /RSpec\.describe/, "spec/active_data_flow/engine" => /Servers\.ready\?/, "spec/active_data_flow/rails" => /rails_app/}
    tried = kinds.map { |folder, with| files.grep(%r{\A#{folder}/[^/]+_spec\.rb\z}).count { |path| text(path).match?(with) } }
    expect(tried).to all(be_positive)
    expect(files.grep(%r{(\A|/)(test|features)/.*\.rb\z})).to eq []
  end

  it "opens its doors: every program in bin/ can be run" do
    doors = files.grep(%r{\A(bin/[^/]+|\.ci/run)\z})
    expect(doors).to include("bin/setup", "bin/demo", "bin/test", "bin/console", "bin/exec", ".ci/run")
    expect(doors.reject { |path| File.executable?(File.join(root, path)) }).to eq []
  end
end
