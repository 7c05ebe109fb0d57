# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Message::Untyped, req: "E-05" do
  let(:message) { described_class.new({"name" => "Ada", :age => 36}, metadata: {model: "User", id: 7}) }

  it "has data and metadata as they were given" do
    expect(message).to have_attributes(data: {"name" => "Ada", :age => 36}, metadata: {model: "User", id: 7})
    expect(described_class.new({}).metadata).to eq({})
  end

  it "reads a field by String or Symbol, whichever the data has" do
    expect([message[:name], message["name"], message[:age], message["age"]]).to eq(["Ada", "Ada", 36, 36])
    expect([message[:nothing], message["nothing"]]).to eq([nil, nil])
    expect([message.key?("name"), message.key?(:name), message.key?(:nothing)]).to eq([true, true, false])
  end

  it "tells false from what is not there" do
    expect(described_class.new({"paid" => false})[:paid]).to be(false)
  end

  it "writes a field under the key that it has, and a new one under the key that is given" do
    message[:name] = "Bob"
    message["age"] = 37
    message[:town] = "Bonn"
    expect(message.data).to eq("name" => "Bob", :age => 37, :town => "Bonn")
  end

  it "is a Hash with Symbol keys where one is wanted" do
    expect(message.to_h).to eq(name: "Ada", age: 36)
  end

  it "changes neither what it was made of nor its copies" do
    given = {name: "Ada"}
    one = described_class.new(given)
    copy = one.dup
    one[:name] = "Bob"
    expect([given, copy[:name]]).to eq([{name: "Ada"}, "Ada"])
  end

  it "equals a message that says the same" do
    expect(message).to eq(described_class.new({name: "Ada", age: 36}, metadata: {model: "User", id: 7}))
    expect(message).not_to eq(described_class.new({name: "Ada", age: 36}))
    expect([message, message.dup].uniq.size).to eq(1)
  end

  it "can be made of another message, and of nothing that is no record" do
    expect(described_class.new(message).to_h).to eq(message.to_h)
    expect { described_class.new(7) }.to raise_error(TypeError, "a row is a Hash or a message, not 7")
    expect { described_class.new(nil) }.to raise_error(TypeError, /not nil/)
    expect { described_class.new([[:a, 1]]) }.to raise_error(TypeError,
      "a row is a Hash or a message, not [[:a, 1]]. Write: %i[id name].zip(row).to_h, with the names of its values")
  end
end
