# frozen_string_literal: true

require "active_support/security_utils"

module ActiveDataFlow
  # A clock outside of the application, which has no recurring jobs: whoever knows the token lets it sweep.
  #
  #   curl -X POST -H "X-Heartbeat-Token: $TOKEN" https://shop.example/active_data_flow/heartbeat
  #
  # A machine calls, so neither a login nor a form's token is asked for, and without a token in the configuration nobody is
  # let in.
  class HeartbeatsController < ::ActionController::API
    # Answers with what the sweep has found: `{"dispatched": 2, ...}`.
    # @return [void]
    def create = known? ? render(json: Sweep.call) : head(:unauthorized)

    private

    def known?
      token = ActiveDataFlow.configuration.heartbeat_token
      !token.nil? && ActiveSupport::SecurityUtils.secure_compare(request.headers["X-Heartbeat-Token"].to_s, token)
    end
  end
end
