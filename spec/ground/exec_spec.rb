# frozen_string_literal: true

RSpec.describe "bin/exec" do
  def bin(name, *arguments, **env) = on_clean_machine(File.join(CleanMachine::ROOT, "bin", name), *arguments, chdir: scratch, **env)

  it "runs a command from any folder with the gem loadable" do
    outcome = bin("exec", "ruby", "-e", 'require "active_data_flow"; print ActiveDataFlow::VERSION')
    expect([outcome.out, outcome.err]).to eq [ActiveDataFlow::VERSION, ""]
  end

  it "hands on arguments, status and stdout as they are" do
    outcome = bin("exec", "sh", "-c", 'printf "%s|" "$@"; exit 7', "sh", "two words", "", "*")
    expect([outcome.out, outcome.status.exitstatus]).to eq ["two words||*|", 7]
  end

  it "has the gems of the Gemfile on its path" do
    expect(bin("exec", "standardrb", "--version").out).to match(/\A\d+\.\d+/)
  end

  it "runs a Ruby that is new enough and has YJIT", req: "X-05" do
    said = bin("exec", "ruby", "--yjit", "-e", "print [RUBY_VERSION.to_f >= 3.2, RubyVM::YJIT.enabled?]").out
    expect(said).to eq "[true, true]"
  end

  it "explains itself" do
    expect(bin("exec").out).to start_with "Usage: bin/exec"
    expect(bin("test", "--help").out).to start_with "Usage: bin/test"
  end

  it "opens a console with the gem loaded" do
    out, status = Programs.run_together(ENV.to_h.slice(*CleanMachine::KEPT), File.join(CleanMachine::ROOT, "bin/console"), "-f", "--noprompt",
      stdin_data: "ActiveDataFlow::VERSION\n", chdir: scratch, unsetenv_others: true)
    expect([out, status.exitstatus]).to match [include(ActiveDataFlow::VERSION.inspect), 0]
  end
end
