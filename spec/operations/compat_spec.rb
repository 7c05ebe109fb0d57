# frozen_string_literal: true

# What applications of the gem's ancestor rely on. Its own specs are run by `rake v1:suite`; these say the same in our words,
# one example for each of its 103. They run in a process of their own, with ActiveRecord, on the ancestor's table.
RSpec.describe "operations/compat", req: %w[O-01 O-84] do
  before(:context) { @run = ContractRun.new(File.expand_path("compat/support/compat_contract.rb", __dir__)) }

  {"actions" => 12, "decisions" => 21, "interactions" => 23, "results" => 8, "waits" => 16}.each do |part, count|
    it "leaves the handlers of #{part} as they were" do
      expect(kept(part).size).to eq(count)
    end
  end

  it "leaves whole tasks as they were" do
    expect(kept("tasks").size).to eq(23)
  end

  it "gives tasks what they had of ActiveRecord's objects", req: "O-73" do
    kept("models")
    kept("errors")
  end

  it "gives task classes what they had of ActiveRecord's", req: "O-73" do
    kept("scopes")
  end

  it "wakes and deletes by a class, and by a runner", req: "O-74" do
    kept("batches")
  end

  it "keeps tasks where they were, unless something else is said" do
    kept("defaults")
  end

  it "is not there before it is required" do
    answer = child_ruby(<<~RUBY)
      require "active_data_flow"
      require "operations/storage/active_record"
      print [defined?(Operations::Compat), Operations.first_wake, Operations.storage.class, Operations::Task.respond_to?(:waiting)].inspect
    RUBY
    expect([answer.out, answer.err]).to eq(["[nil, :delay, Operations::Storage::Memory, false]", ""])
  end

  it "says what it needs before it can run the specs of the ancestor" do
    rakefile = "load #{File.join(CleanMachine::ROOT, "rakelib/v1.rake").inspect}"
    expect(child_rake(rakefile, "v1:suite").err).to match(/\ASay where the specs are: rake v1:suite SUITE=/)
    expect(child_rake(rakefile, "v1:suite", "SUITE=#{scratch}").err).to match(%r{\AThere is no spec/rails_helper.rb in #{scratch}; SUITE is})
  end
end
