# frozen_string_literal: true

RSpec.describe "The gem that `rake native gem` makes", slow: true do
  include GemRoom

  let(:minor) { RUBY_VERSION[/\A\d+\.\d+/] }
  let(:gem_home) { File.join(scratch, "gems") }

  it "is installed and used where there is no Rust, no compiler, no other program at all", req: %w[O-02 X-01] do
    gem = rake_gem("native", "gem")
    nothing = Dir.mktmpdir(nil, scratch)
    installed = install(gem, into: gem_home, PATH: nothing)
    expect(installed).to be_success, installed.out + installed.err
    used = use(gem_home, PATH: nothing)
    expect([used.out, used.err, used.status.exitstatus]).to eq ["", "", 0]

    expect_compiled(gem)
  end

  def expect_compiled(gem)
    spec = Gem::Package.new(gem).spec
    expect(spec.platform).to eq Gem::Platform.local
    expect(spec.extensions).to eq []
    expect(spec.runtime_dependencies.map(&:name)).not_to include "rb_sys"
    expect(spec.required_ruby_version).to be_satisfied_by(Gem::Version.new(RUBY_VERSION))
    expect(spec.required_ruby_version).not_to be_satisfied_by(Gem::Version.new("#{RUBY_VERSION.to_i + 1}.0"))
    expect(files_in(gem)).to include("lib/active_data_flow/#{minor}/active_data_flow_native.#{RbConfig::CONFIG["DLEXT"]}")
    expect(files_in(gem).grep(/Cargo|\.rs\z|extconf/)).to eq []
  end
end
