# frozen_string_literal: true

RSpec.describe "The gem that `rake build` makes", slow: true do
  include GemRoom

  it "brings its crates: it installs with an empty CARGO_HOME and no registry", req: %w[O-02 X-01] do
    gem = rake_gem("build")
    gem_home = File.join(scratch, "gems")
    installed = install(gem, into: gem_home, with: rb_sys, CARGO_HOME: File.join(scratch, "cargo"), CARGO_NET_OFFLINE: "true")
    expect(installed).to be_success, installed.out + installed.err
    used = use(gem_home)
    expect([used.out, used.err, used.status.exitstatus]).to eq ["", "", 0]

    expect(Dir[File.join(scratch, "cargo/registry/**/*.crate")]).to eq []
    expect(files_in(gem).grep(/config\.toml\z/)).to include(".cargo/config.toml")
    unpacked = File.join(gem_home, "gems", File.basename(gem, ".gem"))
    expect(File.read(File.join(unpacked, "Cargo.lock"))).not_to include "proptest" # only the tests need it
    expect(files_in(gem).grep(%r{\Avendor/proptest})).to eq []
    expect(naming(CleanMachine::ROOT, unpacked)).to eq []
  end

  def naming(folder, unpacked)
    own = Dir[File.join(unpacked, "{Cargo.*,.cargo/config.toml,ext/**/*,lib/**/*.rb}")].select { |path| File.file?(path) }
    own.select { |path| File.binread(path).include?(folder) }
  end
end
