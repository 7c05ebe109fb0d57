# frozen_string_literal: true

require "spec_helper"

RSpec.describe ActiveDataFlow::Flow::Transformation do
  after { ActiveDataFlow.reset_configuration! }

  # @return [Array<Hash>] the rows after the steps of a flow
  def after_steps(rows, types: {}, dialect: nil, split: false, &declarations)
    flow = Class.new(ActiveDataFlow::Base, &declarations)
    steps = ActiveDataFlow::Flow::Bindings.fill(flow.allocate, flow.declarations.steps)
    batch = ActiveDataFlow::Native::Batch.new(rows.flat_map(&:keys).uniq)
    rows.each { |row| batch.push_hash(row) }
    @misfits = described_class.new(flow.allocate, steps, types:, dialect:, split:).call(batch)
    @counts = batch.counts
    batch.hashes(0, rows.size)
  end

  it "filters by values, NULL, several values and ranges, also those that a lambda gives" do
    rows = [nil, 1, 5, 10, 11].map { |n| {"n" => n} }
    left = ->(wanted) { after_steps(rows) { filter(n: wanted) }.map { |row| row["n"] } }
    expect(left.call(5)).to eq([5])
    expect(left.call(nil)).to eq([nil])
    expect(left.call([1, nil, 10])).to eq([nil, 1, 10])
    expect(left.call([])).to eq([])
    expect(left.call(1..10)).to eq([1, 5, 10])
    expect(left.call(5...10)).to eq([5])
    expect(left.call(..5)).to eq([1, 5])
    expect(left.call(10..Float::INFINITY)).to eq([10, 11])
    expect(left.call(-> { [1, 11] })).to eq([1, 11])
    expect(@counts).to include(read: 5, live: 2, filtered: 3)
  end

  it "runs declarative steps and blocks in the order written" do
    rows = [{"net" => 10, "name" => " ada "}, {"net" => 20, "name" => "bob"}]
    found = after_steps(rows) do
      derive(:tax) { |row| row[:net] * BigDecimal("0.5") }
      transform { |row| row[:name] = row[:name].strip.capitalize }
      derive(:label) { |row| row[:name].concat(" ", row[:tax]) }
      filter { |row| row[:tax] > 5 }
      rename name: :customer
      keep :label, :customer
    end
    expect(found).to eq([{"label" => "Bob 10.0", "customer" => "Bob"}])
  end

  describe "of a batch that is tried in parts" do
    let(:rows) { [{"a" => "1.50", "n" => 1}, {"a" => "2.50", "n" => 2}, {"a" => "3.50", "n" => 3}, {"a" => "4.50", "n" => 4}] }

    it "puts together what the parts have made: what none has assigned stays as it was" do
      found = after_steps(rows, split: true) do
        transform_batch do |batch|
          raise "three" if batch[:n].include?(3)

          batch[:n] = batch[:n].map { |n| n * 10 }
          batch[:n] = batch[:n].map { |n| n + batch.size }
          batch[:a] = batch[:a].map { |a| "#{a}!" } if batch[:n].include?(41)
          batch[:new] = batch[:n].map { :fresh } if batch.size == 2
        end
      end
      expect(found).to eq([{"a" => "1.50", "n" => 12, "new" => "fresh"}, {"a" => "2.50", "n" => 22, "new" => "fresh"}, {"a" => "4.50!", "n" => 41, "new" => nil}])
      expect(@misfits.map { |misfit| [misfit.row, misfit.error.message] }).to eq([[2, "three"]])
      expect(@counts).to include(rejected: 1, live: 3)
    end

    it "refuses at the assignment what no column can have" do
      after_steps(rows, split: true) { transform_batch { |batch| batch[:b] = batch[:n].map { |n| (n == 2) ? Object.new : n } } }
      expect(@misfits.map(&:row)).to eq([1])
      after_steps(rows, split: true) { transform_batch { |batch| batch[:nothing].first } }
      expect(@misfits.map { |misfit| misfit.error.message }.uniq).to match([/nothing/])
    end

    it "hands over the rows that are left, and is not asked where none is" do
      sizes = []
      after_steps(rows, split: true) do
        filter n: [2, 4]
        transform_batch { |batch| sizes << batch[:n] }
        filter n: 5
        transform_batch { |batch| sizes << batch.size }
      end
      expect(sizes).to eq([[2, 4]])
    end
  end

  it "reads columns as their source's type says, also behind a block that has written to some rows", :aggregate_failures do
    rows = [{"paid" => 1}, {"paid" => 0}, {"paid" => nil}]
    types = {"paid" => "boolean"}
    expect(after_steps(rows, types:, dialect: :sqlite) { filter { |row| !row[:paid] } }).to eq([{"paid" => 0}])
    found = after_steps(rows, types:, dialect: :sqlite) do
      transform { |row| row[:paid] = true if row[:paid].nil? }
      derive(:open) { |row| !row[:paid] }
      rename paid: :done
      filter { |row| row[:done] | row[:open] }
    end
    expect(found.map { |row| row["open"] }).to eq([false, true, false])
    expect(@misfits).to eq([])
  end

  it "says of each row that was put aside where and why" do
    after_steps([{"net" => 1, "by" => 0}, {"net" => "x", "by" => 1}, {"net" => 4, "by" => 2}]) { derive(:share) { |row| row[:net] / row[:by] } }
    expect(@counts).to include(live: 1, rejected: 2)
    expect(@misfits.map { |misfit| [misfit.row, misfit.column, misfit.reason.sub(/\d+\)\z/, "N)")] }).to eq([
      [0, "share", "1 / 0 divides by zero (derive(:share), transformation_spec.rb:N)"],
      [1, "share", "/ takes numbers, not \"x\" (derive(:share), transformation_spec.rb:N)"]
    ])
  end

  it "masks under the secret of the configuration" do
    ActiveDataFlow.configure { |config| config.mask_secret = "s3cret" }
    one = after_steps([{"email" => "ada@example.org"}]) { mask :email }
    ActiveDataFlow.configure { |config| config.mask_secret = "other" }
    other = after_steps([{"email" => "ada@example.org"}]) { mask :email }
    expect([one, other].flat_map { |rows| rows.map { |row| row["email"] } }).to match([/\A\h{32}\z/, /\A\h{32}\z/])
    expect(one).not_to eq(other)
  end
end
