# frozen_string_literal: true

# What the programs about flows share: the rows, the databases, the limits and peers, and the measuring. A program declares its
# workloads (see {Bench::Flow::Workload}) and hands them to {Bench::Flow.measure}.
#
# Environment of all of them: ROWS (1_000_000), ROUNDS (3), SIDES (e.g. `ours,INSERT`: only implementations whose name has one of
# these in it; the first limit is always measured), PEER_ROWS (50_000: what the slow peers carry, and a tenth of it for save!).
require_relative "support"
require_relative "flow/orders"
require_relative "flow/place"
require_relative "flow/postgresql"
require_relative "flow/sqlite"
require_relative "flow/implementation"
require_relative "flow/peers"
require_relative "flow/limits"
require_relative "flow/ours"
require_relative "flow/workload"
require_relative "flow/child"
require_relative "flow/report"
require_relative "flow/memory_report"
require_relative "flow/measuring"
