# frozen_string_literal: true

# What the program about stored tasks has of its own: who stores them, and where.
require_relative "support"
require_relative "support/postgresql"
require_relative "stored_tasks/side"
require_relative "stored_tasks/ours"
require_relative "stored_tasks/statements"
require_relative "stored_tasks/ancestor"
require_relative "stored_tasks/place"
require_relative "stored_tasks/report"
