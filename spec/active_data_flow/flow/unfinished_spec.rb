# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Flow::Check do
  def refused(&body)
    klass = stub_const("OrderExportFlow", Class.new(ActiveDataFlow::Base))
    klass.class_eval do
      source [{id: 1}]
      class_eval(&body)
    end
    klass.run_now
    nil
  rescue ActiveDataFlow::ConfigurationError => error
    error.message
  end

  it "refuses partitions of what only one run can read" do
    expect(refused { [sink { |_row| }, partitions(2)] }).to match(/\AOrderExportFlow says partitions 2, which splits a table or a relation by its keys\. The rows of its source, .+, come one after the other, and only one run can read them\. Leave the line out, or read them into a table first\./)
  end

  it "refuses to begin again where that is not to be had" do
    expect { refused { [sink { |_row| }, enqueue_now(restart: true)] } }.to raise_error(ArgumentError, /\AOrderExportFlow: a job goes on with .* Write: run_now\(restart: true\), or cancel! /)
  end

  it "lists the runs of a flow, newest first" do
    klass = stub_const("ListedFlow", Class.new(ActiveDataFlow::Base))
    klass.class_eval do
      source [{id: 1}]
      sink { |_row| }
    end
    2.times { klass.run_now }
    expect(klass.runs.map(&:status)).to eq(%w[success success])
    expect(klass.runs.map(&:id)).to eq(klass.runs.map(&:id).sort.reverse)
    expect(klass.runs(limit: 1).map(&:id)).to eq([klass.runs.first.id])
    expect { klass.runs(limit: 0) }.to raise_error(ArgumentError, "ListedFlow: runs gives at least one, not limit: 0. Write: runs(limit: 10)")
  end
end
