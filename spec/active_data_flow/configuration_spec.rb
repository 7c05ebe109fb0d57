# frozen_string_literal: true

require "spec_helper"

RSpec.describe ActiveDataFlow::Configuration do
  after { ActiveDataFlow.reset_configuration! }

  it "is set once for the program, replaced, and reset" do
    ActiveDataFlow.configure { |config| config.mask_secret = "s3cret" }
    expect(ActiveDataFlow.configuration.mask_secret).to eq("s3cret").and be_frozen
    ActiveDataFlow.configuration = described_class.new.tap { |config| config.mask_secret = "other" }
    expect(ActiveDataFlow.configuration.mask_secret).to eq("other")
    ActiveDataFlow.reset_configuration!
    expect(ActiveDataFlow.configuration.mask_secret).to be_nil
  end

  it "refuses a secret that is none, and never shows one" do
    config = described_class.new
    expect { config.mask_secret = "" }.to raise_error(ArgumentError, /mask_secret is a String that is not empty.*not an empty one/)
    expect { config.mask_secret = :secret }.to raise_error(ArgumentError, /not a Symbol/)
    config.mask_secret = "s3cret"
    expect(config.inspect).not_to include("s3cret")
  end

  it "without a secret stops a flow that masks when its steps are made ready, with what to write" do
    flow = Class.new(ActiveDataFlow::Base) { mask :email }
    steps = flow.declarations.steps
    expect { ActiveDataFlow::Flow::Bindings.fill(nil, steps) }.to raise_error(ActiveDataFlow::ConfigurationError,
      /\Amask at configuration_spec\.rb:\d+ needs a secret, and there is none\. Write: ActiveDataFlow\.configure \{ \|config\| config\.mask_secret = /)
    ActiveDataFlow.configure { |config| config.mask_secret = "s3cret" }
    expect(ActiveDataFlow::Flow::Bindings.fill(nil, steps)).to eq(steps)
  end
end
