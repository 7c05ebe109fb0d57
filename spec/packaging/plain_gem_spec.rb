# frozen_string_literal: true

RSpec.describe "The gem that `gem build` makes", slow: true do
  include GemRoom

  let(:built) { BuiltGem.instance }

  it "takes its crates as cargo is configured, and works from another folder without Bundler or Rails", req: %w[O-02 O-75 X-01] do
    used = use(built.home)
    expect([used.out, used.err, used.status.exitstatus]).to eq ["", "", 0]
  end

  it "holds what users need, and nothing else" do
    files = files_in(built.file)
    expect(files).to include("lib/active_data_flow.rb", "lib/operations.rb", "lib/standard_procedure_operations.rb", "LICENSE.txt", "CHANGELOG.md",
      "README.md", "Cargo.toml", "Cargo.lock", "ext/core/src/lib.rs", "ext/native/src/lib.rs", "ext/native/extconf.rb")
    expect(files.grep(%r{\A(?!lib/|ext/|sig/|guides/|[^/]+\z)})).to eq []
    expect(files.grep(/\.(so|bundle|gem)\z|_spec\.rb\z/)).to eq []
  end
end
