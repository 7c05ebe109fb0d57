# frozen_string_literal: true

require_relative "line_check"

# Two people approve an invoice when all of its lines are delivered. They are reminded each day; after three days their boss decides.
class InvoiceApproval < Operations::Task
  has_model :invoice, "Invoice"
  has_models :approvers, "Person"
  has_model :boss, "Person"
  has_models :approved_by, "Person"
  has_attribute :asked_at, :datetime
  has_attribute :reason
  validates :invoice, :approvers, :boss, presence: true
  unique_by :invoice
  delay 1.day # what it waits for wakes it: line checks, people, and the time in `after`
  timeout 30.days
  on_timeout { go_to :cancelled }

  starts_with :check_lines

  action(:check_lines) { invoice.lines.each { |line| start(LineCheck, line:) } }.then(:checked?)

  wait_until :checked? do
    condition(label: "something is missing") { completed_sub_tasks.any? { |check| check.in?(:missing) } }
    go_to :refused
    condition(label: "all are delivered") { unfinished_sub_tasks.none? }
    go_to :ask
  end

  action :ask, transaction: true do # the letters and the next state are one commit
    self.asked_at = Time.now
    write_to approvers, "please approve"
  end.then(:approved?)

  wait_until :approved? do
    condition(label: "both have") { (approvers - approved_by).empty? }
    go_to :pay
    after 3.days, since: :asked_at
    go_to :escalate
    after 1.day
    go_to :remind
  end

  action(:remind, transaction: true) { write_to approvers - approved_by, "do not forget to approve" }.then(:approved?)
  action(:escalate, transaction: true) { write_to [boss], "please decide, instead of #{(approvers - approved_by).map(&:name).join(" and ")}," }.then(:decided?)

  wait_until :decided? do
    condition(label: "the boss has") { approved_by.include?(boss) }
    go_to :pay
    after 7.days
    go_to :refused
  end

  interaction :approve! do |person|
    raise ArgumentError, "#{person.name} is not asked" unless [*approvers, *(boss if current_state == "decided?")].include?(person)

    self.approved_by |= [person]
  end.when(:approved?, :decided?)

  interaction :cancel! do |reason|
    self.reason = reason
    go_to :cancelled
  end.when(:checked?, :approved?, :decided?)

  action(:pay, transaction: true) { invoice.update!(paid: true) }.then(:approved)

  result :approved
  result :refused
  result :cancelled

  private

  def write_to(people, words) = people.each { |person| Letter.create!(person:, text: "#{words} invoice #{invoice.number}", written_at: Time.now) }
end
