# frozen_string_literal: true

# The loader alone, in a lib/ that was laid out for the example.
RSpec.describe "active_data_flow/native" do
  let(:lib) { File.join(scratch, "lib") }
  let(:folder) { File.join(lib, "active_data_flow") }

  before do
    FileUtils.mkdir_p(folder)
    FileUtils.cp(File.join(CleanMachine::ROOT, "lib/active_data_flow/native.rb"), folder)
  end

  # A library that says where it is; Ruby finds .rb files by the same names.
  def library(*path)
    file = File.join(folder, *path, "active_data_flow_native.rb")
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, "print __dir__")
  end

  def load_it = on_clean_machine(RbConfig.ruby, "-I#{lib}", "-e", 'begin; require "active_data_flow/native"; rescue LoadError => e; print e.message; end')

  it "takes the library of this Ruby's minor from a platform gem" do
    library(RUBY_VERSION[/\d+\.\d+/])
    library("9.9")
    library
    expect(load_it.out).to eq File.join(folder, RUBY_VERSION[/\d+\.\d+/])
  end

  it "takes the one that was compiled here otherwise" do
    library
    expect(load_it.out).to eq folder
  end

  it "says which Rubies a platform gem is for, when it is none of them" do
    library("9.9")
    library("10.0")
    expect(load_it.out).to eq "active_data_flow is installed for Ruby 9.9, 10.0, and this is Ruby #{RUBY_VERSION}. " \
      "Run: gem install active_data_flow --platform ruby (needs Rust), or use one of those Rubies"
  end

  it "says how to compile it when it is missing" do
    expect(load_it.out).to match(/has no compiled extension for this Ruby.*bin\/setup.*gem pristine active_data_flow/)
  end
end
