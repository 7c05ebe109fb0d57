# frozen_string_literal: true

# What it costs to check a message of ten fields: natively in one call, and as the same rules are written in Ruby.
#
#   bin/exec ruby --yjit bench/typed_messages.rb
#
# Environment: SECONDS (1, each measurement).
require "active_data_flow"
require "bigdecimal"

TYPES = {id: :integer, name: :string, mail: :string, town: :string, note: :text, age: :integer, total: :decimal, paid: :boolean,
         created_at: :datetime, updated_at: :datetime}.freeze
ROW = {id: 1, name: "Ada", mail: "ada@example.org", town: "Bonn", note: "größer", age: 36, total: BigDecimal("1.5"), paid: true,
       created_at: Time.now, updated_at: Time.now}.freeze

# The yardstick: one lambda a type, one error for all fields.
module Plain
  RULES = {integer: ->(value) { Integer === value }, string: ->(value) { String === value && value.valid_encoding? },
           text: ->(value) { String === value && value.valid_encoding? }, decimal: ->(value) { BigDecimal === value || Integer === value },
           boolean: ->(value) { value == true || value == false }, datetime: ->(value) { Time === value }}.freeze

  def self.check(data, types)
    bad = types.reject { |name, type| (value = data.fetch(name) { data[name.name] }).nil? || RULES[type].call(value) }
    raise TypeError, bad.inspect if bad.any?
  end
end

def per_second
  ends_at = Process.clock_gettime(Process::CLOCK_MONOTONIC) + (seconds = Float(ENV.fetch("SECONDS", 1)))
  count = 0
  while Process.clock_gettime(Process::CLOCK_MONOTONIC) < ends_at
    1000.times { yield }
    count += 1000
  end
  (count / seconds).round
end

schema = ActiveDataFlow::Message::Schema.new(TYPES)
plain = per_second { Plain.check(ROW, TYPES) }
native = per_second { schema.check(ROW) }
message = per_second { ActiveDataFlow::Message::Typed.new(ROW, schema:) }
puts "YJIT #{RubyVM::YJIT.enabled? ? "on" : "off"}, checks a second: Ruby #{plain}, native #{native} (#{(native.to_f / plain).round(1)}x); messages a second: #{message}"
