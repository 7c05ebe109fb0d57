# frozen_string_literal: true

module Bench
  module Flow
    # One way of carrying the rows. `maker` is called in the child with {Child}, and returns what is timed: an object with `call`,
    # and with `prepare` where something has to be there before the clock runs (a connection, a compiled program).
    #
    # kind:: :limit, :peer or :ours
    # rows:: how many rows it carries at most; nil is all. Rates are per row, so that a slow one need not carry them all
    # apart:: does it read through a connection of its own? (PostgreSQL: then from a database of its own)
    Implementation = Data.define(:name, :kind, :rows, :apart, :maker)

    # An implementation that can't be had here; its words are printed in its place.
    class Absent < StandardError; end
  end
end
