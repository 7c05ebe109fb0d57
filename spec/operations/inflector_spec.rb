# frozen_string_literal: true

RSpec.describe Operations::Inflector, req: "O-51" do
  {
    "users" => "User", "documents" => "Document", "order_lines" => "OrderLine", "entries" => "Entry", "days" => "Day",
    "addresses" => "Address", "boxes" => "Box", "branches" => "Branch", "statuses" => "Status", "people" => "Person", "children" => "Child",
    "analyses" => "Analysis", "houses" => "House", "cases" => "Case", "heroes" => "Hero", "movies" => "Movie", "series" => "Series",
    "shop/orders" => "Shop::Order", "user" => "User", "address" => "Address", "status" => "Status", "sales_people" => "SalesPerson", "data" => "Data"
  }.each do |name, expected|
    it "makes #{expected} of #{name}" do
      expect(described_class.classify(name)).to eq(expected)
    end
  end

  it "leaves the number alone where a name stands for one thing" do
    expect(described_class.camelize(:lens)).to eq("Lens")
    expect(described_class.camelize("order_line")).to eq("OrderLine")
  end
end
