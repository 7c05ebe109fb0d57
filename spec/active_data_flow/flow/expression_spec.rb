# frozen_string_literal: true

require "spec_helper"
require "bigdecimal"
require "date"

RSpec.describe ActiveDataFlow::Flow::Expression do
  def tree(&block) = described_class.record(block, word: :"derive(:total)", at: "order_export_flow.rb:9").tree

  def refused(text, &block)
    expect { tree(&block) }.to raise_error(ArgumentError, /\Aderive\(:total\), order_export_flow\.rb:9: .*#{text}/m)
  end

  it "is what the block says about columns, with any of its words" do
    expect(tree { |row| row[:net] + row["tax"] * 2 }).to eq([:+, [:col, "net"], [:*, [:col, "tax"], [:lit, 2]]])
    expect(tree { |row| 2 - row[:net] / BigDecimal("1.5") }).to eq([:-, [:lit, 2], [:/, [:col, "net"], [:lit, BigDecimal("1.5")]]])
    expect(tree { |row| -row[:net].round(2) }).to eq([:-@, [:round, [:col, "net"], 2]])
    expect(tree { |row| (row[:a] > 1) & (row[:b] <= 2.5) | !(row[:c] != :x) })
      .to eq([:|, [:&, [:>, [:col, "a"], [:lit, 1]], [:<=, [:col, "b"], [:lit, 2.5]]], [:!, [:!=, [:col, "c"], [:lit, "x"]]]])
    expect(tree { |row| row[:a].coalesce(row[:b], 0).nil? }).to eq([:nil?, [:coalesce, [:col, "a"], [:col, "b"], [:lit, 0]]])
    expect(tree { |row| row[:a].in?([1, row[:b]]) }).to eq([:in?, [:col, "a"], [[:lit, 1], [:col, "b"]]])
    expect(tree { |row| row[:a].in?(1...5) }).to eq([:between, [:col, "a"], [:lit, 1], [:lit, 5], true])
    expect(tree { |row| row[:a].in?(Date.new(2026, 1, 1)..) }).to eq([:between, [:col, "a"], [:lit, Date.new(2026, 1, 1)], nil, false])
    expect(tree { |row| row[:first].strip.concat(" ", row[:last]).upcase.downcase })
      .to eq([:downcase, [:upcase, [:concat, [:strip, [:col, "first"]], [:lit, " "], [:col, "last"]]]])
  end

  it "names the columns that it reads" do
    block = proc { |row| row[:a].in?([1, row[:b]]) & (row[:a] > 2) }
    expect(described_class.record(block, word: :filter, at: "f.rb:1").columns).to eq(%w[a b])
  end

  describe "where Ruby would decide before any row is read" do
    it "is refused, with the column and what to write" do
      said = /\Aderive\(:total\), order_export_flow\.rb:9: Ruby decides \|\| if \?: case before we can see it\. Write row\[:discount\]\.coalesce\(0\), or use transform\.\z/
      expect { tree { |row| row[:net] - (row[:discount] || 0) } }.to raise_error(ArgumentError, said)
      expect { tree { |row| row["discount"] ? 1 : 0 } }.to raise_error(ArgumentError, said)
    end

    it "is refused between two comparisons, with the sign that joins them" do
      expect { described_class.record(proc { |row| row[:a] > 1 && row[:b] != 2 }, word: :filter, at: "f.rb:1") }
        .to raise_error(ArgumentError, "filter, f.rb:1: Ruby decides && before we can see it. Write (...) & (...), or use transform.")
      expect { described_class.record(proc { |row| row[:a] == 1 || row[:b] }, word: :filter, at: "f.rb:1") }
        .to raise_error(ArgumentError, "filter, f.rb:1: Ruby decides || before we can see it. Write (...) | (...), or use transform.")
    end

    it "is refused for each form of a branch" do
      branches = [
        proc { |row| row[:a] && 1 }, proc { |row| row[:a] and row[:b] }, proc { |row| row[:a] or 1 }, proc { |row| row[:a] ? 1 : 2 },
        proc { |row| row[:a]&.upcase }, proc { |row| 1 unless row[:a] }, proc { |row| 1 if row[:a] },
        proc { |row|
          case row[:a]
          when 1 then 2
          end
        },
        proc { |row|
          while row[:a]
          end
        },
        proc { |row| [1].map { |one| row[:a] || one }.first }
      ]
      branches.each do |block|
        expect { described_class.record(block, word: :filter, at: "f.rb:1") }
          .to raise_error(ArgumentError, /\Afilter, f\.rb:1: Ruby decides .* Write row\[:a\]\.coalesce\(0\)/)
      end
    end

    it "is refused for a text with a column in it" do
      refused('a text with #\{\.\.\.\} in it .* Write row\[:first\]\.concat') { |row| "#{row[:first]} #{row[:last]}" }
    end

    it "is refused where a value is asked about a column, and takes any answer for a yes" do
      refused("Ruby takes == for a yes .* Write the column first") { |row| 5 == row[:a] } # standard:disable Style/YodaCondition
      refused("Ruby takes == for a yes .* Write the column first") { |row| row[:b] & (5 == row[:a]) } # standard:disable Style/YodaCondition
      refused("Ruby takes == for a yes") { |row| [1, 2].include?(row[:a]) & row[:b] }
      refused("Ruby takes > for a yes") { |row|
        _lost = row[:a] > 1
        row[:b]
      }
    end
  end

  it "refuses what it has no word for, and points to transform" do
    refused("an expression has no fdiv; it has .* coalesce .* Use transform") { |row| row[:a].fdiv(2) }
    refused("reads columns as row\\[:net\\], not as row\\.net") { |row| row.net + 1 }
    refused("sets nothing\\. Write derive\\(:b\\)") { |row| row[:b] = row[:a] }
    refused("knows numbers, texts, .* not Object") { |row| row[:a] == Object.new }
    refused("undefined .*tax_rate.* Use transform") { |row| row[:a] * tax_rate }
    refused("no implicit conversion .* Use transform") { |row| "a" + row[:a] }
    refused("does not look at the row: it says 5") { |_row| 5 }
    refused("NULL equals nothing, as in SQL\\. Write row\\[:a\\]\\.nil\\?") { |row| row[:a] == nil } # standard:disable Style/NilComparison
    refused("Write !row\\[:a\\]\\.nil\\?") { |row| row[:a] != nil } # standard:disable Style/NonNilCheck
    refused("round takes a number of digits from 0 to 30, not 2\\.5") { |row| row[:a].round(2.5) }
    refused("in\\? takes an Array or a Range, not Integer") { |row| row[:a].in?(5) }
    refused("coalesce needs") { |row| row[:a].coalesce }
  end

  describe "in a flow's class body" do
    it "is recorded once, with the author's own line" do
      calls = 0
      flow = Class.new(ActiveDataFlow::Base) do
        derive(:total) { |row|
          calls += 1
          row[:net] * 2
        }
      end
      step = flow.declarations.steps.first
      expect(calls).to eq(1)
      expect(step.at).to match(/\Aexpression_spec\.rb:\d+\z/)
      expect(step.arguments[:expression].label).to match(/\Aderive\(:total\), expression_spec\.rb:\d+\z/)
    end

    it "is refused while the class loads" do
      expect { Class.new(ActiveDataFlow::Base) { filter { |row| row[:a] || 1 } } }.to raise_error(ArgumentError, /\Afilter, expression_spec\.rb:\d+: Ruby decides/)
      expect { Class.new(ActiveDataFlow::Base) { filter state: Object.new } }.to raise_error(ArgumentError, /filter, expression_spec\.rb:\d+: .* not Object/)
    end
  end
end
