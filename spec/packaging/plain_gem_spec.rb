# frozen_string_literal: true

RSpec.describe "The gem that `gem build` makes", slow: true do
  include GemRoom

  # Below the checkout: cargo is configured there as it is here, whether by the user or by bin/setup.
  let(:gem_home) { File.join(CleanMachine::ROOT, "tmp/package/plain-home") }

  after { FileUtils.rm_rf([gem_home, File.join(CleanMachine::ROOT, "tmp/package/plain.gem")]) }

  def bare_build
    path = File.join(CleanMachine::ROOT, "tmp/package/plain.gem")
    FileUtils.mkdir_p(File.dirname(path))
    outcome = on_clean_machine(RbConfig.ruby, gem_command, "build", "active_data_flow.gemspec", "--output", path)
    expect(outcome).to be_success, outcome.err
    path
  end

  it "takes its crates as cargo is configured, and works from another folder without Bundler or Rails", req: %w[O-02 O-75 X-01] do
    gem = bare_build
    installed = install(gem, into: gem_home, with: rb_sys, **quick_cargo)
    expect(installed).to be_success, installed.out + installed.err
    used = use(gem_home)
    expect([used.out, used.err, used.status.exitstatus]).to eq ["", "", 0]
  end

  it "holds what users need, and nothing else" do
    files = files_in(bare_build)
    expect(files).to include("lib/active_data_flow.rb", "lib/operations.rb", "lib/standard_procedure_operations.rb", "LICENSE.txt", "CHANGELOG.md",
      "README.md", "Cargo.toml", "Cargo.lock", "ext/core/src/lib.rs", "ext/native/src/lib.rs", "ext/native/extconf.rb")
    expect(files.grep(%r{\A(?!lib/|ext/|sig/|guides/|[^/]+\z)})).to eq []
    expect(files.grep(/\.(so|bundle|gem)\z|_spec\.rb\z/)).to eq []
  end
end
