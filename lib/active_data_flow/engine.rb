# frozen_string_literal: true

module ActiveDataFlow
  # What carries rows over: plans, attempts, and the paths that batches take.
  module Engine
  end
end

require_relative "engine/hand"
require_relative "engine/lacking"
require_relative "engine/page"
require_relative "engine/spares"
require_relative "engine/gathering"
require_relative "engine/pace"
require_relative "engine/forecast"
require_relative "engine/place"
require_relative "engine/suspects"
require_relative "engine/budget"
require_relative "engine/announcement"
require_relative "engine/aside"
require_relative "engine/interrupts"
require_relative "engine/splitting"
require_relative "engine/rows_path"
require_relative "engine/paths"
require_relative "engine/lasting"
require_relative "engine/slots"
require_relative "engine/claiming"
require_relative "engine/callbacks"
require_relative "engine/aftermath"
require_relative "engine/context"
require_relative "engine/fingerprint"
require_relative "engine/plan_text"
require_relative "engine/plan"
require_relative "engine/orphan"
require_relative "engine/turn"
require_relative "engine/bound"
require_relative "engine/mending"
require_relative "engine/sparing"
require_relative "engine/telling"
require_relative "engine/progress"
require_relative "engine/attempt"
require_relative "engine/start"
require_relative "engine/enqueuing"
require_relative "engine/preview"
