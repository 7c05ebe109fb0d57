# frozen_string_literal: true

RSpec.describe "A flow's subclass" do
  before { ActiveDataFlow::RunStore.reset! }

  let(:first) { [] }
  let(:second) { [] }

  let(:base) do
    into = first
    flow("BaseFlow") do
      self.abstract_class = true
      has_attribute :factor, :integer, default: 2
      source [{id: 1}, {id: 2}]
      batch_size 7
      transform { |row| row[:total] = row[:id] * factor }
      sink { |row| into << row }
    end
  end

  it "has the steps of its parent, and then its own" do
    flow("ChildFlow", base) { transform { |row| row[:total] += 1 } }.run_now(factor: 10)
    expect(first).to eq([{id: 1, total: 11}, {id: 2, total: 21}])
  end

  it "puts its first sink in the place of those it inherited" do
    into = second
    flow("ChildFlow", base) { sink { |row| into << row } }.run_now
    expect([first.size, second.size]).to eq([0, 2])
  end

  it "has the options of its parent, and changes them for itself" do
    child = flow("ChildFlow", base)
    other = flow("OtherFlow", base) { batch_size 9 }
    expect([base.batch_size, child.batch_size, other.batch_size]).to eq([7, 7, 9])
  end

  it "can run where its parent is abstract" do
    expect { base.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, "BaseFlow is abstract; run one of its subclasses")
    expect(flow("ChildFlow", base).run_now).to be_success
  end

  it "leaves its parent and its sisters alone" do
    flow("ChildFlow", base) { [set(a: 1), has_attribute(:more, :string)] }
    flow("OtherFlow", base).run_now
    expect(first).to eq([{id: 1, total: 2}, {id: 2, total: 4}])
    expect { flow("ThirdFlow", base).new(more: 1) }.to raise_error(ArgumentError, /has no attribute :more/)
  end

  it "is another flow: its runs are its own" do
    runs = [flow("ChildFlow", base).run_now, flow("OtherFlow", base).run_now]
    expect(runs.map(&:flow_name)).to eq(%w[child other])
  end

  it "is stored under the name that it says" do
    expect(flow("Reports::DailyOrdersFlow").flow_name).to eq("reports/daily_orders")
    expect(flow("HTTPLogFlow").flow_name).to eq("http_log")
    expect(flow("Named") { self.flow_name = "old_name" }.flow_name).to eq("old_name")
  end

  it "may say that it is the same flow; no other class may have its name" do
    first = flow("ChildFlow", base)
    expect(flow("NewerChildFlow", first) { self.flow_name = "child" }.run_now.flow_name).to eq("child")
    twin = flow("TwinFlow", base) { self.flow_name = "child" }
    expect { twin.run_now }.to raise_error(ActiveDataFlow::ConfigurationError,
      "TwinFlow is stored as \"child\", and so are ChildFlow, NewerChildFlow: the runs of one would be taken for those of the other. " \
      "Give it another name: self.flow_name = \"twin\"")
    hide_const("NewerChildFlow")
    hide_const("ChildFlow")
    expect(twin.run_now).to be_success
  end
end
