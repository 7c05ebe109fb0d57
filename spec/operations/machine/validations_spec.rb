# frozen_string_literal: true

require "bigdecimal"

RSpec.describe Operations::Machine::Validations, req: "O-52" do
  # A class with one plain value, so that rules see exactly what an example gives them.
  def ruled(*names, **rules, &body)
    AttributeHost.declare do
      attr_accessor :value, :other

      validates(*(names.empty? ? [:value] : names), **rules) unless rules.empty?
      class_exec(&body) if body
    end
  end

  def messages(rules, value)
    task = ruled(**rules).new
    task.value = value
    task.valid?
    task.errors[:value]
  end

  # Which values a rule lets through, and what it says of the others.
  {
    {presence: true} => [["a", 0, [nil], true, Time.now, "\xFF"], {nil => "is required", "" => "is required", " \n" => "is required", [] => "is required", {} => "is required", false => "is required"}],
    {absence: true} => [[nil, "", " ", [], false], {"a" => "must be blank", 0 => "must be blank"}],
    {numericality: true} => [
      [1, 1.5, -3, "7", " 7 ", "1e1", ".5", "-1.5", BigDecimal("1.5"), 1/3r, Float::INFINITY],
      {nil => "is not a number", "" => "is not a number", "abc" => "is not a number", "12abc" => "is not a number", "0x1A" => "is not a number",
       true => "is not a number", [] => "is not a number", Float::NAN => "is not a number", "\xFF" => "is not a number"}
    ],
    {numericality: {only_integer: true}} => [[1, "7", -3], {1.5 => "must be an integer", "7.0" => "must be an integer", nil => "is not a number"}],
    {numericality: {only_numeric: true}} => [[1, 1.5], {"1" => "is not a number"}],
    {numericality: {greater_than: 0}} => [[1, 0.1], {0 => "must be greater than 0", -1 => "must be greater than 0"}],
    {numericality: {greater_than_or_equal_to: 1.5}} => [[1.5, 2], {1 => "must be greater than or equal to 1.5"}],
    {numericality: {equal_to: 0.1}} => [[0.1, BigDecimal("0.1"), "0.1"], {1 => "must be equal to 0.1"}],
    {numericality: {less_than: 10}} => [[9, 9.9], {10 => "must be less than 10", 10.0 => "must be less than 10"}],
    {numericality: {less_than_or_equal_to: 10}} => [[10, 10.0], {11 => "must be less than or equal to 10"}],
    {numericality: {other_than: 7}} => [[6], {7 => "must be other than 7", 7.0 => "must be other than 7"}],
    {numericality: {odd: true}} => [[1, 3], {2 => "must be odd", Float::INFINITY => "must be odd"}],
    {numericality: {even: true}} => [[0, 2], {1 => "must be even"}],
    {numericality: {in: 1..5}} => [[1, 2.5, 5], {6 => "must be in 1..5"}],
    {numericality: 1..5} => [[3], {0 => "must be in 1..5"}],
    {inclusion: {in: %w[a b]}} => [["a", %w[a b], []], {"c" => "is not included in the list", nil => "is not included in the list", %w[a c] => "is not included in the list"}],
    {inclusion: %w[a b]} => [["a"], {"c" => "is not included in the list"}],
    {inclusion: 1..10} => [[1, 5.5, 10], {0 => "is not included in the list"}],
    {inclusion: {within: "a".."c"}} => [["b"], {"bb" => "is not included in the list"}],
    {inclusion: Time.utc(2024)..Time.utc(2025)} => [[Time.utc(2024, 5)], {Time.utc(2026) => "is not included in the list"}],
    {exclusion: {in: %w[admin root]}} => [["ada", nil], {"root" => "is reserved"}],
    {length: {minimum: 3}} => [["abc", [1, 2, 3]], {"ab" => "is too short (minimum is 3 characters)", nil => "is too short (minimum is 3 characters)"}],
    {length: {maximum: 1}} => [["a", "", nil], {"ab" => "is too long (maximum is 1 character)"}],
    {length: {is: 2}} => [["ab"], {"a" => "is the wrong length (should be 2 characters)", nil => "is the wrong length (should be 2 characters)"}],
    {length: {in: 2...4}} => [%w[ab abc], {"a" => "is too short (minimum is 2 characters)", "abcd" => "is too long (maximum is 3 characters)"}],
    {length: 1..2} => [["a"], {"" => "is too short (minimum is 1 character)"}],
    {length: {minimum: 2, too_short: "needs %{count}"}} => [["ab"], {"a" => "needs 2"}],
    {format: {with: /\A\d+\z/}} => [["12", 12], {"1a" => "is invalid", nil => "is invalid"}],
    {format: /\A\d+\z/} => [["12"], {"1\n2" => "is invalid"}],
    {format: {without: /\s/}} => [["ab", nil], {"a b" => "is invalid"}],
    {presence: true, length: {minimum: 2}} => [["ab"], {"a" => "is too short (minimum is 2 characters)"}]
  }.each do |rules, (good, bad)|
    describe rules.inspect do
      good.each { |value| it("takes #{value.inspect[0, 40]}") { expect(messages(rules, value)).to eq([]) } }
      bad.each { |value, text| it("says of #{value.inspect[0, 40]} that it #{text}") { expect(messages(rules, value)).to eq([text]) } }
    end
  end

  it "adds every error that there is" do
    expect(messages({presence: true, length: {minimum: 2}, format: /a/}, "")).to eq(
      ["is required", "is too short (minimum is 2 characters)", "is invalid"]
    )
  end

  it "skips a rule that says false" do
    expect(messages({presence: false, length: {minimum: 1}}, "a")).to eq([])
  end

  describe "bounds" do
    it "may be methods of the task, private ones too, and Procs that run in it or take it" do
      task = ruled do
        validates :value, numericality: {greater_than: :least, less_than: -> { other }, other_than: ->(order) { order.other - 1 }}
        private def least = 3
      end.new
      task.other = 10

      expect([3, 10, 9, 5].map { |value| task.value = value and task.valid? }).to eq([false, false, false, true])
      task.value = 3
      expect(task.tap(&:valid?).errors[:value]).to eq(["must be greater than 3"])
    end

    it "are also found for lists, lengths and patterns" do
      task = ruled do
        validates :value, inclusion: {in: :allowed}, length: {maximum: -> { 3 }}, format: {with: ->(order) { /#{order.other}/ }}
        def allowed = %w[abc abcd bcd]
      end.new
      task.other = "a"

      expect(%w[abc abcd bcd x].map { |value| task.value = value and task.valid? }).to eq([true, false, false, false])
    end
  end

  describe "options" do
    it "allow_nil and allow_blank leave the rule out" do
      expect(messages({numericality: {greater_than: 1, allow_nil: true}}, nil)).to eq([])
      expect(messages({numericality: {greater_than: 1}, allow_nil: true}, "")).to eq(["is not a number"])
      expect(messages({length: {minimum: 3}, allow_blank: true}, " ")).to eq([])
    end

    it "if and unless take methods and Procs, several at once, and several must all hold" do
      {
        {if: :yes} => false, {if: :no} => true, {unless: :yes} => true, {unless: :no} => false, {if: %i[yes no]} => true,
        {if: -> { yes }} => false, {if: ->(order) { order.no }} => true, {if: :yes, unless: -> { no }} => false, {if: :no.to_proc} => true
      }.each do |conditions, valid|
        order = ruled do
          validates :value, presence: true, **conditions
          def yes = true

          def no = false
        end

        expect(order.new.valid?).to be(valid), conditions.inspect
      end
    end

    it "of one rule replace those of the line" do
      order = ruled do
        validates :value, presence: {if: -> { true }, message: "own"}, length: {minimum: 2}, if: -> { false }, message: "shared"
      end

      expect(order.new.tap(&:valid?).errors[:value]).to eq(["own"])
    end

    it "message replaces the text, for one rule or all of the line, and may hold count, value and attribute" do
      expect(messages({presence: {message: "please"}}, nil)).to eq(["please"])
      expect(messages({presence: true, length: {minimum: 3}, message: "please"}, "")).to eq(%w[please please])
      expect(messages({numericality: {greater_than: 3, message: "%{attribute} %{value} <= %{count} %{other}"}}, 2)).to eq(["value 2 <= 3 %{other}"])
      expect(messages({presence: {message: ->(order) { "#{order.class.name} needs it" }}}, nil)).to eq(["Order needs it"])
      expect(messages({length: {is: 3, message: ->(_order, details) { "not #{details[:count]}" }}}, "a")).to eq(["not 3"])
    end

    it "apply to several names at once" do
      task = ruled(:value, :other, presence: true).new

      expect(task.tap(&:valid?).errors.full_messages).to eq(["value is required", "other is required"])
    end
  end

  describe "validate" do
    it "calls a method, a private one too, or runs a block, in the order of the lines" do
      task = ruled do
        validate :first, :second
        validate { errors.add(:base, "from a block about #{value}") }
        validate { |order| order.errors.add(:other, :taken) }
        private def first = errors.add(:value, "is odd")
        private def second = errors.add(:value)
      end.new
      task.value = 3

      expect(task.tap(&:valid?).errors.full_messages).to eq(
        ["value is odd", "value is invalid", "from a block about 3", "other has already been taken"]
      )
    end

    it "takes if and unless" do
      task = ruled do
        validate :never, if: -> { false }
        validate(unless: :value) { errors.add(:value, "is needed") }
        def never = raise
      end.new

      expect(task).not_to be_valid
      expect(task.tap { |order| order.value = 1 }).to be_valid
    end
  end

  describe "#valid?, #invalid?, #validate!" do
    let(:order) { AttributeHost.declare { has_attribute(:name).tap { validates :name, :size, presence: true } and attr_accessor :size } }

    it "raises with every text, the task and its errors" do
      task = order.new

      expect { task.validate! }.to raise_error(Operations::ValidationError, "name is required, size is required") { |error|
        expect(error.task).to be(task)
        expect(error.errors.to_hash).to eq(name: ["is required"], size: ["is required"])
      }
      expect([task.valid?, task.invalid?, task.validate]).to eq([false, true, false])
    end

    it "forgets what was wrong before" do
      task = order.new.tap(&:valid?)
      task.assign_attributes(name: "a")
      task.size = 1

      expect(task.validate!).to be(true)
      expect(task.errors).to be_empty
    end

    it "looks through the reader, so that an author's own counts" do
      loud = Class.new(order) { def name = "always" }

      expect(loud.new.tap(&:valid?).errors.attribute_names).to eq([:size])
    end

    it "keeps no errors for a class without rules" do
      task = AttributeHost.declare {}.new

      expect(task).to be_valid
      expect(task.errors.any?).to be(false)
    end
  end

  describe "on a task" do
    before do
      stub_const("Payment", Class.new(Operations::Task) do
        has_attribute :name
        has_attribute :amount, :integer
        validates :name, presence: true
        validates :amount, numericality: {only_integer: true, greater_than: 0}, if: -> { amount }
        starts_with :pay
        action(:pay) { self.amount = -1 }.then(:paid)
        result :paid
      end)
    end

    it "rules are asked at creation, before anything is stored, and the error has task and texts" do
      expect { Payment.call(amount: 0) }.to raise_error(Operations::ValidationError, "name is required, amount must be greater than 0") { |error|
        expect(error.task).to be_a(Payment)
        expect(error.errors[:name]).to eq(["is required"])
      }
      expect { Payment.later }.to raise_error(Operations::ValidationError)
      expect(Payment.all).to eq([])
    end

    it "rules are asked at update and save!, and not at transitions" do
      task = Payment.call(name: "a", amount: 5)

      expect(task).to be_completed.and have_attributes(amount: -1)
      expect(task.update(name: "b")).to be(false)
      expect(task.errors.full_messages).to eq(["amount must be greater than 0"])
      expect { task.save! }.to raise_error(Operations::ValidationError)
      expect(task.update(amount: 1)).to be_truthy
      expect(Payment.find(task.id)).to have_attributes(name: "b", amount: 1)
    end
  end

  describe "inheritance", req: "O-53" do
    it "passes rules on; a subclass adds its own" do
      parent = ruled(presence: true)
      child = Class.new(parent) { validates :other, presence: true }

      expect(child.new.tap(&:valid?).errors.attribute_names).to eq(%i[value other])
      expect(parent.new.tap(&:valid?).errors.attribute_names).to eq(%i[value])
    end

    it "refuses a rule for a class that was used" do
      order = ruled(presence: true).freeze_attribute_tables

      expect { order.validates :other, presence: true }.to raise_error(Operations::Error, "Order has run already; declare validates before its first use")
      expect { order.validate :other }.to raise_error(Operations::Error, /declare validate before/)
    end
  end

  describe "declarations that fail while the class loads" do
    {
      {presense: true} => "Order: validates :value knows no rule presense:; possible are presence:, absence:, numericality:, inclusion:, exclusion:, length:, format:. Did you mean :presence?",
      {length: {min: 3}} => /\AOrder: validates :value, length: there is no option min:; possible are in:, .*minimum:, .*message:/,
      {presence: {strict: true}} => /there is no option strict:; possible are if:, unless:, allow_nil:, allow_blank:, message:/,
      {length: {}} => /length: needs minimum:, maximum:, is: or in:/,
      {length: 3} => /length: 3 says nothing; write a Hash of in:/,
      {length: {minimum: -1}} => /minimum: takes a whole number from 0/,
      {length: {in: [1, 2]}} => /in: takes a Range, not \[1, 2\]/,
      {numericality: {greater_than: "3"}} => /greater_than: takes a number, the name of a method as a Symbol, or a Proc, not "3"/,
      {numericality: {in: 3}} => /in: takes a Range, not 3/,
      {numericality: 3} => /3 says nothing/,
      {inclusion: true} => /in: takes an Array, a Range, a Set/,
      {inclusion: {in: 3}} => /in: takes an Array, a Range, a Set, .* not 3/,
      {format: true} => /needs either with: or without:/,
      {format: {with: /a/, without: /b/}} => /needs either with: or without:/,
      {format: {with: "a"}} => /with: takes a Regexp/,
      {format: /^a$/} => /Write \\A and \\z, or multiline: true/,
      {presence: {message: 3}} => /message: takes a text or a Proc, not 3/,
      {presence: true, if: "name"} => /if: takes the name of a method as a Symbol, or a Proc, not "name"/,
      {presence: true, on: :create} => /on: names a moment that tasks do not have: .* Write if: instead\./,
      {presence: {on: :create}} => /on: names a moment that tasks do not have/,
      {if: :value} => /\AOrder: validates :value needs a rule: presence:,/
    }.each do |rules, message|
      it "say what was possible: #{rules.inspect}" do
        expect { ruled(**rules) }.to raise_error(ArgumentError, message)
      end
    end

    it "say what is missing" do
      expect { ruled { validates presence: true } }.to raise_error(ArgumentError, "Order: validates needs the name of an attribute.")
      expect { ruled { validate } }.to raise_error(ArgumentError, "Order: validate needs the name of a method, or a block.")
      expect { ruled { validate :a, on: :create } }.to raise_error(ArgumentError, /on: names a moment/)
      expect { ruled { validate :a, prepend: true } }.to raise_error(ArgumentError, "Order: validate: there is no option prepend:; possible are if:, unless:.")
      expect { ruled { validate 3 } }.to raise_error(ArgumentError, "Order: validate: 3 is no name of a method.")
    end

    it "allow ^ and $ where multiline: says that they are meant" do
      expect(messages({format: {with: /^a$/, multiline: true}}, "b\na")).to eq([])
    end
  end

  describe "numericality of an attribute that makes a number of what is assigned" do
    let(:order) do
      AttributeHost.declare do
        has_attribute :pieces, :integer
        has_attribute :price, :decimal, scale: 2
        has_attribute :share, :float
        has_attribute :copies, :integer, default: 1
        validates :pieces, numericality: {only_integer: true}
        validates :price, :share, numericality: {greater_than: 0}
        validates :copies, numericality: true
      end
    end
    let(:fine) { {pieces: 7, price: 12.5, share: 0.5} }

    def problems(**given) = order.new(**fine, **given).tap(&:valid?).errors.full_messages

    ["12,50", "12abc", "abc", "0x1A", true].each do |given|
      it "refuses #{given.inspect}, although a number was made of it" do
        expect(problems(pieces: given)).to eq(["pieces is not a number"])
        expect(problems(price: given)).to eq(["price is not a number"])
        expect(problems(share: given)).to eq(["share is not a number"])
      end
    end

    it "refuses empty text" do
      expect(problems(pieces: "", price: " ")).to eq(["pieces is not a number", "price is not a number"])
    end

    it "lets empty text stand for the default" do
      expect(problems(copies: "")).to eq([])
    end

    it "takes text that is a number, with space around it" do
      expect(problems(pieces: "7", price: "12.50", share: "1e-1")).to eq([])
      expect(problems(pieces: " 7 ", price: " 12.50 ", share: " 0.1")).to eq([])
    end

    it "refuses a broken number for a whole one, in text or not" do
      ["1.5", 1.5, "7.0"].each { |given| expect(problems(pieces: given)).to eq(["pieces must be an integer"]) }
    end

    it "compares what is stored, where the type rounds" do
      expect(problems(price: "0.001")).to eq(["price must be greater than 0"])
    end

    it "judges each assignment, also one that leaves the same number, and forgets the one before" do
      one = order.new(**fine)
      one.pieces = "7abc"
      expect(one).not_to be_valid
      one.pieces = 7
      expect(one).to be_valid
    end

    it "judges by what is stored once it is stored" do
      one = order.new(**fine, pieces: "12abc")
      expect(one).not_to be_valid
      expect(one.saved).to be_valid
      expect(one).to be_valid
    end

    it "takes what was refused along to a copy of a task" do
      task_class("Parcel") do
        has_attribute :weight, :integer
        validates :weight, numericality: true
        wait_until(:start) { condition { false } }
        interaction(:weigh!) { validate! }
      end
      parcel = Parcel.call(weight: "12")
      parcel.weight = "12abc"
      expect(parcel.dup).not_to be_valid
      expect { parcel.weigh! }.to raise_error(Operations::ValidationError, "weight is not a number")
      expect(parcel.update(weight: "13,5")).to be(false)
      expect(Parcel.find(parcel.id).weight).to eq(12)
      expect { Parcel.call(weight: "12,50") }.to raise_error(Operations::ValidationError, "weight is not a number")
    end
  end
end
