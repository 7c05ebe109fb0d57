# frozen_string_literal: true

module Operations
  class Task
    # Raised for a name that the class never declared, at construction and by `assign_attributes`.
    class UnknownAttributeError < ArgumentError; end
  end
end
