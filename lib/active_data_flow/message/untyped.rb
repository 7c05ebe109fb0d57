# frozen_string_literal: true

require_relative "base"

module ActiveDataFlow
  module Message
    # A record of any fields and values.
    #
    #   message = ActiveDataFlow::Message::Untyped.new({"name" => "Ada"}, metadata: {model: "User", id: 7})
    #   message[:name] # => "Ada"
    class Untyped < Base
    end
  end
end
