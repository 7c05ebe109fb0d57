# frozen_string_literal: true

require "timeout"

# For what another process does in its own time, and for what may wait for ever.
module Eventually
  # Seconds after which what has not happened does not happen. Many: a machine that many share stands still at times.
  PATIENCE = 120

  # An example that ends, and leaves no locks to the next one when it fails: threads of it may still have a transaction open.
  # @param example [RSpec::Core::Example::Procsy] of an `around`
  def self.ends(example)
    Timeout.timeout(PATIENCE) { example.run }
  ensure
    ActiveRecord::Base.connection_handler.clear_all_connections! if example.exception && defined?(ActiveRecord::Base)
  end

  # @yieldreturn [Object] truthy as soon as it has happened
  # @return [Object] what the block returned last
  def eventually(seconds = PATIENCE)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    sleep 0.02 until yield || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
    yield
  end
end

RSpec.configure { |config| config.include(Eventually) }
