# frozen_string_literal: true

require_relative "message/base"
require_relative "message/schema"
require_relative "message/untyped"
require_relative "message/typed"
