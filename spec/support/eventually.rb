# frozen_string_literal: true

# For what another process does in its own time.
module Eventually
  # @yieldreturn [Object] truthy as soon as it has happened
  # @return [Object] what the block returned last
  def eventually(seconds = 20)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    sleep 0.02 until yield || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
    yield
  end
end

RSpec.configure { |config| config.include(Eventually) }
