# frozen_string_literal: true

require "tmpdir"
require "uri"
require_relative "../../support/child_ruby"
require_relative "../../support/servers"

# One program of examples/ as a user runs it, in a process and a database of its own, and what it leaves there.
class Recipe
  ROOT = File.expand_path("../../..", __dir__)
  GUIDE = File.join(ROOT, "guides/recipes.md")
  DATABASES = {"SQLite" => nil, "PostgreSQL" => :postgresql}.freeze
  # Which way rows go is the database's own.
  OWN = /^  path .*/

  # @return [String] what the guide shows of the program's output
  def self.shown(name) = File.read(GUIDE)[/^```console\n\$ bin\/exec ruby examples\/#{name}\/run\.rb\n(.*?)^```$/m, 1]

  # @return [Array<String>] the blocks of Ruby that the guide shows
  def self.code = @code ||= File.read(GUIDE).scan(/^```ruby\n(.*?)^```$/m).flatten

  # @param server [Symbol, nil] nil for an SQLite file
  # @return [String] what EXAMPLE_DATABASE takes, for an empty database
  def self.url(server, name, folder)
    return "sqlite3:#{File.join(folder, name)}?timeout=10000" unless server

    config = Servers.fresh(server, name)
    "postgresql:///#{name}?#{URI.encode_www_form(host: config[:host], port: config[:port], user: config[:username])}"
  end

  # @param path [String] below examples/
  # @return [String] its code, as the guide shows it
  def self.kept(path) = File.read(File.join(ROOT, "examples", path)).sub(/\A# frozen_string_literal: true\n+(require.*\n+)*/, "")

  # @return [ChildRuby::Answer] what it printed
  attr_reader :answer

  # @param name [String] of the folder
  # @param server [Symbol, nil] nil for an SQLite file
  # @param databases [Array<String>] names of those it wants, by the words of the environment that name them
  def initialize(name, server, databases = ["EXAMPLE_DATABASE"])
    @folder = Dir.mktmpdir
    @urls = databases.to_h { |word| [word, self.class.url(server, word.downcase, @folder)] }
    out, err, status = Programs.run(@urls, RbConfig.ruby, "-I", ChildRuby::LIB, File.join(ROOT, "examples", name, "run.rb"), chdir: @folder)
    @answer = ChildRuby::Answer.new(out:, err:, status:)
  end

  # @return [String]
  def out = @answer.out

  def on_server? = !@urls.values.first.start_with?("sqlite3:")

  # @return [Array<Array>] what a query finds; of one column, its values
  def rows(sql, of: @urls.keys.first)
    found = on_server? ? postgresql(@urls.fetch(of), sql) : sqlite(of.downcase, sql)
    (found.all? { |row| row.size == 1 }) ? found.flatten : found
  end

  def close = FileUtils.remove_entry(@folder)

  private

  def sqlite(file, sql)
    require "sqlite3"
    SQLite3::Database.open(File.join(@folder, file)) { |database| database.execute(sql) } # closed: processes are forked later
  end

  def postgresql(url, sql)
    require "pg"
    connection = PG.connect(url)
    connection.type_map_for_results = PG::BasicTypeMapForResults.new(connection)
    connection.exec(sql).values
  ensure
    connection&.close
  end
end

# What holds for each of the programs, and what an example says of one of them, on every database.
module Recipes
  # @param name [String] of the folder in examples/
  # @param files [Array<String>] those that the guide shows
  # @param err [Regexp] what it says on standard error
  # @yield the examples of each database; `recipe` is the program that has run there
  def recipe(name, files:, databases: ["EXAMPLE_DATABASE"], err: /\A\z/, &examples)
    files.each do |file|
      it "is shown by the guide as it is: #{file}" do
        expect(Recipe.code).to include(Recipe.kept(File.join(name, file)))
      end
    end

    Recipe::DATABASES.each do |label, server|
      context "on #{label}", *server do
        before(:context) { @recipe = Recipe.new(name, server, databases) if server.nil? || Servers.ready?(server) }
        after(:context) { @recipe&.close }
        attr_reader :recipe

        it "prints what the guide shows, and nothing else" do
          expect(recipe.answer).to have_attributes(err:, success?: true)
          texts = [recipe.out, Recipe.shown(name)]
          texts.map! { |text| text.gsub(Recipe::OWN, "") } if server # the guide's are from SQLite
          expect(texts.first).to eq(texts.last)
        end

        class_exec(&examples)
      end
    end
  end
end

RSpec.configure { |config| config.extend(Recipes, :recipe) }
