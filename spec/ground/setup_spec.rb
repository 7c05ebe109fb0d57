# frozen_string_literal: true

RSpec.describe "bin/setup" do
  def setup(*arguments, in_folder: CleanMachine::ROOT, **env)
    on_clean_machine(File.join(in_folder, "bin/setup"), *arguments, chdir: scratch, **env)
  end

  # Refused: one sentence, status 1, and nothing was begun.
  def expect_refusal(outcome, sentence)
    expect(outcome.err.lines.size).to eq(1), outcome.err
    expect(outcome.err).to match(sentence)
    expect(outcome.status.exitstatus).to eq 1
  end

  floor = File.read(File.join(CleanMachine::ROOT, "Cargo.toml"))[/^rust-version = "(.*)"/, 1]

  describe "when nothing is left to do" do
    it "says one line a step, and does nothing slow" do
      outcome = setup
      expect(outcome).to be_success, outcome.err
      expect(outcome.lines.map { |line| line[/\A\w+/] }).to eq %w[cargo crates ruby postgresql redis gems extension]
      expect(outcome.out).not_to include "..."
    end

    it "is silent with --quiet" do
      outcome = setup("--quiet")
      expect([outcome.out, outcome.err, outcome.status.exitstatus]).to eq ["", "", 0]
    end

    it "leaves no Gemfile.lock of an older Gemfile, where another clone has brought the gems of this one" do
      copy = fresh_copy
      lock = File.join(copy, "Gemfile.lock")
      File.write(lock, "GEM\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rake\n")
      outcome = setup(in_folder: copy, ADF_KEEP_EXTENSION: "yes")
      expect(outcome).to be_success, outcome.err
      expect(File.read(lock)).to include "  rspec\n", "  pg\n"
    end
  end

  it "says what it knows when asked for something else" do
    outcome = setup("--fast")
    expect(outcome.err).to eq "bin/setup: no option --fast; it knows --quiet, --all and --help\n"
    expect(outcome).not_to be_success
    expect(setup("--help").out).to include "ADF_TOOLCHAIN"
  end

  describe "what it cannot do without" do
    it "is cargo" do
      expect_refusal setup(PATH: path_without("cargo")), /needs cargo #{floor} or later, and finds none.*rustup/
    end

    it "is a cargo that is new enough" do
      old = path_with("cargo", 'echo "cargo 1.70.0 (fake)"')
      expect_refusal setup(PATH: "#{old}:#{ENV.fetch("PATH")}"), /needs cargo #{floor} or later .*finds 1\.70\.0 .*rustup update/
    end

    it "is a C compiler" do
      expect_refusal setup(PATH: path_without("cc")), /needs a C compiler and make.*apt-get install build-essential/
    end

    it "is the crates, from wherever" do
      outcome = setup(in_folder: fresh_copy, HOME: scratch, CARGO_HOME: File.join(scratch, "cargo"),
        ADF_TOOLCHAIN: File.join(scratch, "toolchain"), ADF_CRATES: "/nowhere", CARGO_NET_OFFLINE: "true")
      expect_refusal outcome, /could not get the crates that Cargo.lock names.*ADF_CRATES/
    end

    it "is a source of gems" do
      expect_refusal setup(in_folder: fresh_copy, **without_gems), /could not install the gems.*connect to a network, or point RubyGems at a source/
    end

    it "is the packages that building a Ruby needs, where there is none" do
      skip "only Debian's apt-get brings them" unless Dir.exist?("/etc/apt")
      path = [path_with("apt-get", "exit 100"), path_with("dpkg-query", "exit 1"), path_with("dpkg-source", "exit"), path_without("ruby*")].join(":")
      expect_refusal setup(in_folder: fresh_copy, **without_gems, PATH: path), /building Ruby needs build-essential .*run: sudo apt-get install build-essential/
    end

    it "is a Ruby, or what one is built from" do
      skip "only Debian's apt-get can bring one" unless Dir.exist?("/etc/apt")
      no_network = path_with("apt-get", "exit 100")
      outcome = setup(in_folder: fresh_copy, **without_gems, PATH: "#{no_network}:#{path_without("ruby*")}")
      expect_refusal outcome, /needs Ruby 3\.2 or later with YJIT, and Debian's sources can't be reached.*put such a Ruby on PATH/
    end
  end

  # A toolchain of this example's own, crates that work, and gems that can't be had: where setup stops then.
  def without_gems
    File.write(File.join(scratch, ".gemrc"), ":sources:\n- http://127.0.0.1:1/\n")
    {HOME: scratch, ADF_TOOLCHAIN: toolchain, CARGO_HOME: ENV["CARGO_HOME"] || File.join(Dir.home, ".cargo"), BUNDLE_RETRY: "0"}.merge(crates)
  end

  def toolchain = File.join(scratch, "toolchain")

  # From where this checkout has them, when that is a folder.
  def crates
    config = File.join(CleanMachine::ROOT, ".cargo/config.toml")
    folder = File.exist?(config) && File.read(config)[/^local-registry = "(.*)"/, 1]
    folder ? {ADF_CRATES: folder} : {}
  end

  it "keeps crates that came from a folder, for clones that have none beside them" do
    skip "cargo gets its crates by itself here" if crates.empty?
    fresh_home = {**without_gems, CARGO_HOME: File.join(scratch, "cargo")}
    setup(in_folder: fresh_copy, **fresh_home)
    second = setup(in_folder: fresh_copy("second"), **fresh_home, ADF_CRATES: nil)
    expect(second.lines).to include(/\Acrates: \d+, from .*toolchain\/crates\z/)
  end

  it "leaves a cargo configuration alone that is not its own" do
    copy = fresh_copy
    config = File.join(copy, ".cargo/config.toml")
    FileUtils.mkdir_p(File.dirname(config))
    File.write(config, "[source.crates-io]\nreplace-with = \"mine\"\n[source.mine]\ndirectory = \"nowhere\"\n")
    expect_refusal setup(in_folder: copy, **without_gems), /as \.cargo\/config\.toml of this clone says, which is not bin\/setup's/
    expect(File.read(config)).to include "nowhere"
  end

  it "says so when a manifest was changed and the lock file was not" do
    copy = fresh_copy
    manifest = File.join(copy, "Cargo.toml")
    File.write(manifest, File.read(manifest).sub("version = \"#{ActiveDataFlow::VERSION}\"", 'version = "0.0.1"'))
    expect_refusal setup(in_folder: copy, **without_gems), /Cargo\.lock does not fit the manifests any more.*cargo update --workspace/
  end

  it "uses the Ruby on PATH when that is good" do
    outcome = setup(in_folder: fresh_copy, **without_gems)
    expect(outcome.lines).to include "ruby: #{RUBY_VERSION} with YJIT (#{RbConfig.ruby})"
    expect(Dir[File.join(toolchain, "ruby*")]).to eq []
  end

  # Debian's source of a Ruby that is quickly built: apt-get hands out an archive whose configure and make only link
  # to the Ruby that runs this.
  describe "building Ruby" do
    before { skip "only on Debian" unless Dir.exist?("/etc/apt") }

    def machine(makefile)
      apt_get = <<~SH
        case "$*" in *source*) cp #{archive(makefile)} ruby3.3_3.9.9.orig.tar.gz ;; esac
      SH
      path = [path_with("apt-get", apt_get), path_with("dpkg-query", "echo install ok installed"), path_with("dpkg-source", "exit"), path_without("ruby*")]
      {**without_gems, PATH: path.join(":")}
    end

    def archive(makefile)
      source = File.join(scratch, "ruby-3.9.9")
      FileUtils.mkdir_p(source)
      File.write(File.join(source, "configure"), %(#!/bin/sh\necho "$1" | sed 's/--prefix=/PREFIX = /' > config.mk\n))
      FileUtils.chmod(0o755, File.join(source, "configure"))
      File.write(File.join(source, "Makefile"), makefile)
      system("tar", "-czf", "#{source}.tar.gz", "-C", scratch, "ruby-3.9.9", exception: true)
      "#{source}.tar.gz"
    end

    good = <<~MAKE
      include config.mk
      all:
      \tsleep 0.5
      \techo built >> $(PREFIX).builds
      install:
      \tmkdir -p $(DESTDIR)$(PREFIX)/bin
      \tln -s #{RbConfig.ruby} $(DESTDIR)$(PREFIX)/bin/ruby
    MAKE

    it "says so in one line, and keeps it in the folder that all clones share" do
      outcome = setup(in_folder: fresh_copy, **machine(good))
      expect(outcome.lines).to include(/\Aruby: building one with YJIT from Debian's source, about 5 minutes \.\.\. done \(\d+ s\)\z/)
      expect(File).to be_executable(File.join(toolchain, "ruby-3.9.9/bin/ruby"))
      expect(Dir[File.join(toolchain, "ruby.partial*")]).to eq []
    end

    it "happens once when two clones are set up at the same time" do
      copy = fresh_copy
      env = machine(good)
      Array.new(2) { Thread.new { setup(in_folder: copy, **env) } }.each(&:join)
      expect(File.readlines(File.join(toolchain, "ruby-3.9.9.builds"))).to eq ["built\n"]
    end

    it "leaves no half of it when it fails" do
      outcome = setup(in_folder: fresh_copy, **machine("all:\n\techo made half >&2; exit 1\n"))
      expect_refusal outcome, /building Ruby failed, the reason is at the end of .*ruby\.log/
      expect(Dir[File.join(toolchain, "ruby[-.]*")]).to eq []
      expect(File.read(File.join(toolchain, "log/ruby.log"))).to include "made half"
    end
  end
end
