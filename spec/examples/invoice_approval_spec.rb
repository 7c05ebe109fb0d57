# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/invoice_approval", :recipe do
  recipe("invoice_approval", files: %w[line_check.rb invoice_approval.rb]) do
    it "leaves both tasks and their sub-tasks completed, and pays what was approved" do
      expect(recipe.rows("SELECT DISTINCT task_status FROM operations_tasks")).to eq([100])
      expect(recipe.rows("SELECT number FROM invoices WHERE paid")).to eq(["R-1"])
    end
  end

  it "is drawn by the guide as it is" do
    drawing = child_ruby('require "active_record"; require ARGV.first; puts InvoiceApproval.to_mermaid', File.join(Recipe::ROOT, "examples/invoice_approval/invoice_approval.rb"))
    expect(File.read(Recipe::GUIDE)[/^```mermaid\n(.*?)^```/m, 1]).to eq(drawing.out)
  end

  Recipe::DATABASES.each do |label, server|
    it "has specs of its own, which travel through its days, and pass on #{label}", *server do
      run = Dir.mktmpdir do |folder|
        ContractRun.new("examples/invoice_approval/invoice_approval_spec.rb", env: {"EXAMPLE_DATABASE" => Recipe.url(server, "recipe", folder)})
      end
      expect(run.broken("InvoiceApproval")).to eq([])
      expect(run.examples("InvoiceApproval").size).to be > 5, run.said
    end
  end
end
