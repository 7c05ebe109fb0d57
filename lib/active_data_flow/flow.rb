# frozen_string_literal: true

module ActiveDataFlow
  # What a flow class declares, and how that becomes a run. They are not constants of {Base}: inside a flow class such a
  # constant would hide the author's own class of that name.
  module Flow
    # What a class without a name is called in messages.
    UNNAMED = "An anonymous flow"

    # @param klass [Class]
    # @return [String]
    def self.label(klass) = klass.name || UNNAMED
  end
end

require_relative "flow/naming"
require_relative "flow/registry"
require_relative "flow/ends"
require_relative "flow/step"
require_relative "flow/types"
require_relative "flow/expression"
require_relative "flow/schedule"
require_relative "flow/rules"
require_relative "flow/declarations"
require_relative "flow/check"
require_relative "flow/arguments"
require_relative "flow/bindings"
require_relative "flow/outline"
require_relative "flow/wanted"
require_relative "flow/program"
require_relative "flow/lookup"
require_relative "flow/row"
require_relative "flow/batch_view"
require_relative "flow/part_view"
require_relative "flow/batch_part"
require_relative "flow/transformation"
require_relative "flow/running"
require_relative "flow/words/ends"
require_relative "flow/words/steps"
require_relative "flow/words/options"
