# frozen_string_literal: true

require_relative "support/snippet_file"

RSpec.describe "The Ruby snippets of README and guides", req: "O-79" do
  Snippets::SnippetFile.all.each do |file|
    describe file.name do
      it "are all run: there is no fence that is neither ruby nor another language" do
        expect(file.strange_fences).to eq([])
      end

      file.blocks.each do |block|
        it "do what they say from line #{block.line} on" do
          expect(file.problems.fetch(block.line)).to eq([])
        end
      end
    end
  end

  # The machinery itself: it would be no use if it believed everything.
  describe "their checks" do
    def problems(markdown)
      Dir.mktmpdir do |folder|
        path = File.join(folder, "guide.md").tap { |name| File.write(name, markdown) }
        Snippets::SnippetFile.new(path).problems.values.flatten
      end
    end

    def snippet(*lines) = "```ruby\n#{lines.join("\n")}\n```\n"

    it "find a wrong value, and give its line" do
      expect(problems("A sentence.\n\n#{snippet("one = 1", "one + 1 # => 3")}")).to eq(["line 5: is 2, not 3"])
    end

    it "take ... for anything, and a value over several lines" do
      expect(problems(snippet("[1, 2, 3] # => [1, ...]", "[1, 2]", "# => [1,", "#     2]"))).to eq([])
    end

    it "take a value that is written as another Ruby writes it" do
      expect(problems(snippet("{one: 1} # => {:one => 1}", "{one: 1} # => {one: 1}", "{one: 1} # => {one: 2}")).size).to eq(1)
    end

    it "find an error that is not announced, and an announced one that does not come" do
      expect(problems(snippet("raise 'no'", "1 # raises KeyError: x"))).to match([/line 2: raised RuntimeError: no/, "line 3: raised nothing, not KeyError: x"])
    end

    it "compare class and text of an announced error" do
      expect(problems(snippet("Integer('x') # raises ArgumentError: invalid value...", "Integer('x') # raises ArgumentError: y")).size).to eq(1)
    end

    it "compare what is printed" do
      expect(problems(snippet("puts 1, 2 # prints 1", "          #        2", "puts 3 # prints 4"))).to eq(['line 4: printed "3\n", not "4"'])
    end

    it "refuse a promise inside of a statement, where nothing could check it" do
      expect(problems(snippet("if true", "  1 # => 2", "end"))).to match([/inside of a statement/])
    end

    it "go on from block to block in one binding, and find what is no Ruby" do
      expect(problems("#{snippet("one = 1")}\n#{snippet("one # => 1")}\n#{snippet("one +")}")).to match([/line 10: /])
    end

    it "name a fence with conditions" do
      file = Snippets::SnippetFile.new("guide.md")
      allow(File).to receive(:readlines).and_return(["```ruby skip", "1", "```"])
      expect(file.strange_fences).to eq(["guide.md:1: ```ruby skip"])
    end
  end
end
