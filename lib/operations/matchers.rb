# frozen_string_literal: true

# RSpec matchers for tasks: `require "operations/matchers"` in a spec helper.
#
#   expect(task).to be_in(:approved)
#   expect(task).to be_completed
require "rspec/expectations"

# Of several states, any will do.
RSpec::Matchers.define :be_in do |*states|
  # Whatever is no task keeps the meaning that RSpec gives be_in: `in?(...)`.
  match do |task|
    next states.flatten.map(&:to_s).include?(task.current_state) if task.respond_to?(:current_state)

    task.respond_to?(:in?) && task.in?(*states)
  end

  failure_message do |task|
    next "expected #{task.inspect} to be in #{states.map(&:inspect).join(", ")}" unless task.respond_to?(:current_state)

    "expected task to be in state #{states.flatten.join(" or ")}, but was in #{task.current_state}"
  end
  failure_message_when_negated { |task| "expected #{task.inspect} not to be in #{states.flatten.join(" or ")}" }
end

%w[active waiting completed failed].each do |status|
  RSpec::Matchers.define :"be_#{status}" do
    match { |task| task.respond_to?(:"#{status}?") && task.public_send(:"#{status}?") }

    failure_message do |task|
      next "expected #{task.inspect} to be #{status}" unless task.respond_to?(:task_status)

      reason = " (#{task.exception_class}: #{task.exception_message})" if task.exception_class
      "expected task to be #{status}, but was #{task.task_status} in #{task.current_state}#{reason}"
    end
  end
end

# Of several states all, in this order; it may have been in others between them.
RSpec::Matchers.define :have_moved_to do |*states|
  match do |task|
    next unless task.respond_to?(:history)

    ahead = task.history.map(&:state)
    states.flatten.all? do |state|
      place = ahead.index(state.to_s)
      ahead = ahead.drop(place + 1) if place
      place
    end
  end

  failure_message do |task|
    next "expected a task that has moved to #{states.flatten.join(" -> ")}, not #{task.inspect}" unless task.respond_to?(:history)

    "expected task to have moved to #{states.flatten.join(" -> ")}, but it went #{task.history.map(&:state).join(" -> ")}"
  end
end

RSpec::Matchers.define :have_failed_with do |error, text = nil|
  match do |task|
    task.respond_to?(:exception_class) && task.failed? && task.exception_class == error.to_s && (text.nil? || text === task.exception_message)
  end

  failure_message do |task|
    next "expected a task that has failed with #{[error, text].compact.join(" ")}, not #{task.inspect}" unless task.respond_to?(:exception_class)

    what = task.failed? ? "#{task.exception_class}: #{task.exception_message}" : "#{task.task_status} in #{task.current_state}"
    "expected task to have failed with #{[error, text].compact.join(" ")}, but it is #{what}"
  end
end
