# frozen_string_literal: true

require_relative "limits/postgresql"
require_relative "limits/sqlite"
require_relative "limits/mirror"
