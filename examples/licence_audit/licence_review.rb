# frozen_string_literal: true

require "operations"
require_relative "licence"
require_relative "licence_file"

# One gem's way through the audit. Read it from top to bottom: it is the flowchart.
class LicenceReview < Operations::Task
  has_attribute :gem_name
  has_attribute :gem_version
  has_attribute :licences, :json, default: [] # as the gemspec names them
  has_attribute :folder                       # where the gem's files are
  has_attribute :licence_file                 # its name, if there is one
  has_attribute :licence_text                 # the first line of it
  has_attribute :verdict
  has_attribute :decided_by
  has_attribute :reason
  validates :gem_name, :gem_version, :folder, presence: true
  validates :verdict, inclusion: {in: %w[approved rejected]}, allow_nil: true
  unique_by :gem_name, :gem_version # installed twice is reviewed once

  # In seconds, so that the demo ends. People get more time: `delay 1.hour`, `timeout 14.days`.
  delay 0.5 # from one look at the conditions to the next
  timeout 3 # in one state
  on_timeout { go_to :overdue }

  starts_with :find_text

  action :find_text do
    found = LicenceAudit::LicenceFile.in(folder)
    self.licence_file = found&.name
    self.licence_text = found&.first_line
  end.then(:known?)

  decision :known? do
    condition { terms != :unknown }
    if_true :free_enough?
    if_false :second_look
  end

  decision :free_enough? do
    condition(label: "permissive") { terms == :permissive }
    go_to :accepted
    condition(label: "copyleft") { terms == :copyleft }
    go_to :person_decides
  end

  # No licence, or none that we know. Somebody may add it to the lists; if not, a person has to look.
  wait_until :second_look do
    condition(label: "known by now") { terms != :unknown }
    go_to :free_enough?
    after 1 # second; `after 7.days` for people
    go_to :person_decides
  end

  wait_until :person_decides do
    condition(label: "approved") { verdict == "approved" }
    go_to :accepted
    condition(label: "rejected") { verdict == "rejected" }
    go_to :refused
  end

  # What people may do, on the stored task and all or nothing; afterwards it is woken and looks at its conditions.
  interaction(:approve!) { |by:, reason:| assign_attributes(verdict: "approved", decided_by: by, reason:) }.when(:person_decides)
  interaction(:reject!) { |by:, reason:| assign_attributes(verdict: "rejected", decided_by: by, reason:) }.when(:person_decides)

  result :accepted
  result :refused
  result :overdue

  # @return [String] "json 2.7.2"
  def gem_label = "#{gem_name} #{gem_version}"

  private

  def terms = LicenceAudit::Licence.terms(licences)
end
