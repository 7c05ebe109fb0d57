# frozen_string_literal: true

# Erases one of two customers. See guides/recipes.md.
require_relative "../support/room"
require "active_support/testing/time_helpers"
require "operations/storage/active_record"
require_relative "tables"
require_relative "customer_erasure"

CLOCK = Object.new.extend(ActiveSupport::Testing::TimeHelpers)

Room.open(&CustomerErasures::TABLES)
Operations.configure { |config| config.storage = Operations::Storage::ActiveRecord.new }
ada, bob = %w[Ada Bob].map do |name|
  Customer.create!(name:, email: "#{name.downcase}@example.org").tap do |customer|
    customer.orders.insert_all!([{address: "#{name}'s street", total: 1200}, {address: "#{name}'s street", total: 300}])
    customer.letters.create!(subject: "A question", text: "#{name} asks")
    customer.visits.insert_all!((1..250).map { |page| {page: "/#{page}"} })
    customer.subscriptions.create!(newsletter: "weekly")
  end
end

def left_by(customer)
  "  #{customer.reload.name}, #{customer.email.inspect}: #{customer.visits.count} visits, newsletters #{customer.subscriptions.pluck(:newsletter)}, " \
    "letters #{customer.letters.pluck(:text)}, orders #{customer.orders.order(:id).pluck(:address, :total)}"
end

def runs(task) = task.reload.flow_runs.map { |run| "  #{run.flow_name.ljust(20)}  #{Room.outcome(run)}" }

puts "Ada wants to be forgotten:", left_by(ada), ""
task = CustomerErasure.call(customer: ada)
nil until Operations::Runner.new.tick[:woken].zero? # a program has jobs, or `Operations::Runner.new.start`
puts runs(task)

puts "", "letters.text may not be NULL. A migration, and an hour later:"
ActiveRecord::Base.with_connection { |database| database.change_column_null(:letters, :text, true) }
CLOCK.travel 3601
nil until Operations::Runner.new.tick[:woken].zero?
puts runs(task)

puts "", "She is #{task.current_state}; Bob is still there:", left_by(ada), left_by(bob)
