# frozen_string_literal: true

require_relative "../../ext/native/requirements"

RSpec.describe ActiveDataFlowRequirements do
  let(:empty) { Dir.mktmpdir(nil, scratch) }
  let(:cargo) { path_with("cargo", "exit") }
  let(:clang) { File.join(scratch, "clang").tap { |folder| FileUtils.mkdir_p(folder) && FileUtils.touch(File.join(folder, "libclang-14.so.1")) } }

  it "misses nothing where there is cargo and libclang" do
    expect(described_class.missing(path: "#{empty}:#{cargo}", libclang: [empty, clang])).to be_nil
  end

  it "says in one sentence that cargo is missing, how to get it, and how to do without" do
    expect(described_class.missing(path: empty, libclang: [clang]))
      .to match(/\A[^.]*there is no cargo on PATH: install Rust with rustup, or take a platform gem.*--platform #{Gem::Platform.local}\.\z/)
  end

  it "says in one sentence that libclang is missing, how to get it, and how to do without" do
    skip "only Linux is looked at" unless RUBY_PLATFORM.include?("linux") && !ENV["LIBCLANG_PATH"]
    expect(described_class.missing(path: cargo, libclang: [empty]))
      .to match(/there is no libclang: .*apt-get install libclang-dev.*LIBCLANG_PATH.*or take a platform gem/)
  end

  it "is what stops extconf.rb" do
    outcome = on_clean_machine(RbConfig.ruby, File.join(CleanMachine::ROOT, "ext/native/extconf.rb"), chdir: scratch, PATH: path_without("cargo"))
    expect([outcome.err.lines.size, outcome.status.exitstatus]).to eq [1, 1]
    expect(outcome.err).to include "there is no cargo on PATH"
  end
end
