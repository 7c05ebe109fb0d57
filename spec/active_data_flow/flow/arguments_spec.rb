# frozen_string_literal: true

RSpec.describe "A flow's arguments" do
  before { ActiveDataFlow::RunStore.reset! }

  def import(&more)
    spec = self
    flow("ContactImportFlow") do
      has_attribute :country, :string, default: "DE"
      has_attribute :limit, :integer
      class_eval(&more) if more
      source { [{id: 1}] }
      sink { |row| spec.written << [row[:id], country, limit] }
    end
  end

  it "are a task's own: cast, with defaults, read in every block" do
    import.run_now(limit: "7")
    expect(written).to eq([[1, "DE", 7]])
  end

  it "are named where another one is given" do
    expect { import.run_now(limt: 1) }.to raise_error(ArgumentError, /\AContactImportFlow has no attribute :limt; it has :country, :limit\. Did you mean :?limit\?/)
    klass = flow("ContactImportFlow") do
      has_model :upload, "Upload"
      source []
      sink { |row| row }
    end
    expect { klass.run_now(uplod: 1) }.to raise_error(ArgumentError, /\AContactImportFlow has no attribute :uplod; it has :upload\./)
  end

  it "are validated before a run is made" do
    klass = import { validates :limit, presence: true }
    expect { klass.run_now }.to raise_error(Operations::ValidationError, "limit is required")
    expect(ActiveDataFlow::RunStore.memory.runs).to eq([])
  end

  it "are kept with the run" do
    run = import.run_now(limit: 3)
    expect(run.arguments).to eq("country" => "DE", "limit" => 3)
  end

  it "are the same where nil was given for one that has a default, as it reads so" do
    expect(import.run_now(country: nil, limit: 3).arguments).to eq("country" => "DE", "limit" => 3)
  end

  it "may not have the names of what a flow has itself", req: "E-26" do
    expect(refused { has_attribute :current_run, :string }).to match(/current_run/)
    expect(refused { has_model :arguments, "Upload" }).to match(/arguments/)
    expect(refused { has_attribute :restart, :boolean }).to match(/restart/)
  end
end
