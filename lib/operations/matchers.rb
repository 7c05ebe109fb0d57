# frozen_string_literal: true

# RSpec matchers for tasks: `require "operations/matchers"` in a spec helper.
#
#   expect(task).to be_in(:approved)
#   expect(task).to be_completed
require "rspec/expectations"

RSpec::Matchers.define :be_in do |state|
  # Whatever is no task keeps the meaning that RSpec gives be_in: `in?(...)`.
  match { |task| task.respond_to?(:current_state) ? task.current_state == state.to_s : task.in?(state) }

  failure_message do |task|
    next "expected #{task.inspect} to be in #{state.inspect}" unless task.respond_to?(:current_state)

    "expected task to be in state #{state}, but was in #{task.current_state}"
  end
  failure_message_when_negated { |task| "expected #{task.inspect} not to be in #{state}" }
end

%w[active waiting completed failed].each do |status|
  RSpec::Matchers.define :"be_#{status}" do
    match { |task| task.public_send(:"#{status}?") }

    failure_message do |task|
      next "expected #{task.inspect} to be #{status}" unless task.respond_to?(:task_status)

      reason = " (#{task.exception_class}: #{task.exception_message})" if task.exception_class
      "expected task to be #{status}, but was #{task.task_status} in #{task.current_state}#{reason}"
    end
  end
end

RSpec::Matchers.define :have_moved_to do |state|
  match { |task| task.history.map(&:state).include?(state.to_s) }

  failure_message do |task|
    "expected task to have moved to #{state}, but it went #{task.history.map(&:state).join(" -> ")}"
  end
end

RSpec::Matchers.define :have_failed_with do |error, text = nil|
  match do |task|
    task.failed? && task.exception_class == error.to_s && (text.nil? || text === task.exception_message)
  end

  failure_message do |task|
    what = task.failed? ? "#{task.exception_class}: #{task.exception_message}" : "#{task.task_status} in #{task.current_state}"
    "expected task to have failed with #{[error, text].compact.join(" ")}, but it is #{what}"
  end
end
