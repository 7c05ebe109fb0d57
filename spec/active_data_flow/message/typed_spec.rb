# frozen_string_literal: true

require "bigdecimal"
require "date"

RSpec.describe ActiveDataFlow::Message::Typed, req: "E-04" do
  let(:schema) { {name: :string, age: Integer, total: :decimal} }

  def typed(data, types = schema, **more) = described_class.new(data, schema: types, **more)

  # @return [String] what the TypeError says
  def refusal
    yield
    nil
  rescue TypeError => error
    error.message
  end

  it "takes what fits, by String or Symbol, in data and schema" do
    expect(typed({name: "Ada", age: 36, total: BigDecimal("1.5")}).to_h).to eq(name: "Ada", age: 36, total: BigDecimal("1.5"))
    expect(typed({"name" => "Ada"}, {"name" => "string"})).to have_attributes(to_h: {name: "Ada"}, schema: {name: :string})
    expect(typed({"name" => "Ada"}, metadata: {id: 7})).to have_attributes(metadata: {id: 7})
    expect(typed({"name" => "Ada"})[:name]).to eq("Ada")
  end

  it "refuses in one TypeError that names every bad field, its value and what was expected" do
    expect { typed({total: "12abc", name: 7, age: "36"}) }.to raise_error(TypeError,
      'the message does not fit its schema: name is 7, not text; age is "36", not an Integer; total is "12abc", not a decimal')
  end

  it "lets fields be missing, be nil, or be there without a type" do
    expect { typed({}) }.not_to raise_error
    expect { typed({name: nil, age: nil, total: nil, other: Object.new}) }.not_to raise_error
  end

  it "checks what is assigned, and stays as it was when it does not fit" do
    message = typed({"name" => "Ada", :age => 36})
    message[:age] = 37
    message[:other] = 1
    expect(refusal { message["age"] = "x" }).to eq('the message does not fit its schema: age is "x", not an Integer')
    expect(refusal { message[:name] = 1 }).to include("name is 1, not text")
    expect(message.data).to eq("name" => "Ada", :age => 37, :other => 1)
  end

  it "shows the beginning of a long value" do
    expect(refusal { typed({age: "x" * 1000}) }).to end_with("#{"x" * 79}..., not an Integer")
  end

  it "says which types there are, and which was meant" do
    expect { typed({}, {name: :strng}) }.to raise_error(ArgumentError, /there is no type "strng"; there are :string, :text,.*Did you mean :string\?/)
    expect { typed({}, {name: 7}) }.to raise_error(ArgumentError, "the type of name is a word (:string), a class or nil, not 7")
    expect { typed({}, {7 => :string}) }.to raise_error(ArgumentError, /a field of a schema is named by a Symbol or a String, not 7/)
    expect { typed({}, [:name]) }.to raise_error(ArgumentError, /a schema is a Hash/)
    expect { typed({}, {:a => :string, "a" => :text}) }.to raise_error(ArgumentError, /names a twice/)
  end

  it "knows every type that an attribute of a task may have" do
    expect { typed({}, Operations::Types.names.to_h { |name| [name, name] }) }.not_to raise_error
  end

  it "equals a message of the same record and the same types" do
    expect(typed({name: "Ada"})).to eq(typed({"name" => "Ada"}))
    expect(typed({name: "Ada"})).not_to eq(typed({name: "Ada"}, {name: :string}))
    expect(typed({name: "Ada"})).not_to eq(ActiveDataFlow::Message::Untyped.new({name: "Ada"}))
  end

  it "takes a schema that was made before, and a Hash that was changed since" do
    made = ActiveDataFlow::Message::Schema.new(name: :string)
    expect(typed({name: "Ada"}, made).schema).to eq(name: :string)
    types = {name: :string}
    typed({name: "Ada"}, types)
    types[:name] = :integer
    expect(refusal { typed({name: "Ada"}, types) }).to include("not an integer")
  end
end
