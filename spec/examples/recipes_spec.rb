# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "guides/recipes.md" do
  examples = File.join(Recipe::ROOT, "examples")
  programs = Dir["*/tables.rb", base: examples].map { |file| File.dirname(file) }

  it "shows each of the programs, of which there are eight, and what it prints" do
    expect(programs.size).to eq(8)
    expect(programs.reject { |name| Recipe.shown(name).to_s.lines.size > 3 }).to eq([])
  end

  it "shows no code that is not kept in examples/" do
    kept = programs.flat_map { |name| Dir["#{name}/*.rb", base: examples] }.map { |path| Recipe.kept(path) }
    expect(Recipe.code - kept).to contain_exactly(/\Arequire "active_data_flow\/active_record"\n(require.*\n)*\z/)
  end

  it "is what the README of the examples names, program by program" do
    named = File.read(File.join(examples, "README.md")).scan(/^\| \[(\w+)\]/).flatten
    expect(named).to match_array(Dir["*/run.rb", base: examples].map { |file| File.dirname(file) })
  end
end
