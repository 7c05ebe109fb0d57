# frozen_string_literal: true

# Writes one row; what its callbacks do in the middle is an example's to say.
class OneRowFlow < ActiveDataFlow::Base
  self.abstract_class = true

  class << self
    attr_accessor :in_between
  end

  source [{id: 1, name: "a"}]
  keep :name
  sink RunDatabase::SinkRow, mode: :insert
end
