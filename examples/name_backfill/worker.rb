# frozen_string_literal: true

# The application's worker, a process of its own: it does jobs until there are none left and no more to come.
require_relative "../support/room"
require_relative "tables"

Room.open
done = 0
over = false # said before the last look
until (job = Job.order(:id).first).nil? && over
  job ? job.perform && done += 1 : over = $stdin.wait_readable(0.01)
end
puts done
