# frozen_string_literal: true

RSpec.describe "Loading the gem" do
  entries = %w[active_data_flow operations standard_procedure_operations]
  lib = File.join(CleanMachine::ROOT, "lib")

  # A fresh Ruby without Bundler, in another folder.
  define_method(:fresh_ruby) { |program, *options| on_clean_machine(RbConfig.ruby, "-I#{lib}", *options, "-e", program, chdir: scratch) }

  entries.each do |entry|
    it "says nothing when #{entry} is required", req: %w[X-01 O-04] do
      outcome = fresh_ruby("require #{entry.inspect}", "-w")
      expect([outcome.out, outcome.err, outcome.status.exitstatus]).to eq ["", "", 0]
    end

    it "brings Operations, and neither Rails nor ActiveSupport, with #{entry}", req: %w[O-02 O-04 X-01] do
      outcome = fresh_ruby("require #{entry.inspect}; abort if defined?(Rails) || defined?(ActiveSupport) || defined?(Bundler); print Operations::VERSION")
      expect([outcome.out, outcome.status.exitstatus]).to eq [ActiveDataFlow::VERSION, 0]
    end
  end

  it "brings both namespaces with active_data_flow", req: "O-04" do
    expect(fresh_ruby('require "active_data_flow"; print ActiveDataFlow::Native, Operations::Task').out).to eq "ActiveDataFlow::NativeOperations::Task"
  end

  it "takes them in any order and more than once", req: "O-04" do
    entries.permutation do |order|
      outcome = fresh_ruby((order + order).map { |entry| "require #{entry.inspect}" }.join(";"))
      expect([outcome.out, outcome.err, outcome.status.exitstatus]).to eq ["", "", 0]
    end
  end

  it "works beside ActiveSupport, without asking for it", req: "X-01" do
    outcome = on_clean_machine(RbConfig.ruby, "-I#{lib}", "-e", <<~RUBY, chdir: scratch, GEM_HOME: ENV["GEM_HOME"])
      require "active_support/all"
      require "active_data_flow"
    RUBY
    expect([outcome.out, outcome.err, outcome.status.exitstatus]).to eq ["", "", 0]
  end

  it "starts no thread: servers fork after it" do
    expect(fresh_ruby('require "active_data_flow"; print Thread.list.size').out).to eq "1"
  end

  it "brings neither Rails nor a queue along: whoever has them has them", req: "A-52" do
    spec = Gem::Specification.load(File.join(CleanMachine::ROOT, "active_data_flow.gemspec"))
    expect(spec.runtime_dependencies.map(&:name)).to contain_exactly("bigdecimal", "rb_sys")
  end

  it "asks for Ruby 3.2 or later", req: "X-05" do
    spec = Gem::Specification.load(File.join(CleanMachine::ROOT, "active_data_flow.gemspec"))
    expect(spec.required_ruby_version).to eq Gem::Requirement.new(">= 3.2")
  end
end
