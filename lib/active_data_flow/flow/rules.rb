# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # What is read of the source: everything, what is new, or what has changed.
    #
    # kind:: :all, :new or :changed
    # by:: Array of Strings, the columns of a :changed read; nil otherwise
    # settle:: Numeric, seconds
    ReadRule = Data.define(:kind, :by, :settle)

    # What happens to a row that cannot be read, transformed or written.
    #
    # policy:: :halt, :skip or :quarantine
    # budget:: Float (share of the rows read), Integer (rows) or nil: how many may be put aside
    ErrorRule = Data.define(:policy, :budget)

    # One `throttle_on` line.
    #
    # backoff:: Numeric, duration or Proc
    # block:: asked between batches, on the flow
    ThrottleRule = Data.define(:backoff, :block) do
      # @param flow [Base]
      # @return [Object] truthy when the run is to rest
      def holds?(flow) = flow.instance_exec(&block)

      # @param flow [Base]
      # @return [Throttled] what the run is to do then
      def throttled(flow)
        wait = backoff.is_a?(Proc) ? flow.instance_exec(&backoff) : backoff
        wait = wait.call if wait.respond_to?(:call)
        Throttled.new("throttle_on at #{at}", wait: Operations::Duration.us(wait, :backoff) / 1e6)
      end

      # @return [String] file and line
      def at = block.source_location.then { |file, line| "#{File.basename(file)}:#{line}" }
    end

    # One `group` line.
    GroupRule = Data.define(:name, :limit) do
      # @return [Array<String>] the places in it
      def slots = Array.new(limit) { |number| "#{name}/#{number}" }
    end
  end
end
