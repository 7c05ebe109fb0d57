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
    ThrottleRule = Data.define(:backoff, :block)

    # One `group` line.
    GroupRule = Data.define(:name, :limit) do
      # @return [Array<String>] the places in it
      def slots = Array.new(limit) { |number| "#{name}/#{number}" }
    end
  end
end
