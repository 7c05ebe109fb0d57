# frozen_string_literal: true

# ActiveStorage as it is, in a process of its own.
RSpec.describe "A file that is attached to a record" do
  before(:context) { @run = ContractRun.new(File.expand_path("support/attachments_examples.rb", __dir__)) }

  it "is read in ranges, from the byte on where a run stopped", req: "E-30" do
    kept("attachments")
  end
end
