# frozen_string_literal: true

# Connectors under the names that a flow's class body is short with.
module ActiveDataFlow
  LambdaSink = Connector::Sink::Lambda
end
