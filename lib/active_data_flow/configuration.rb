# frozen_string_literal: true

# What holds for the whole program. Set once, when it starts.
#
#   ActiveDataFlow.configure do |config|
#     config.mask_secret = ENV.fetch("MASK_SECRET")
#   end
module ActiveDataFlow
  # The settings.
  class Configuration
    NO_SECRET = "mask_secret is a String that is not empty, e.g. ENV.fetch(\"MASK_SECRET\")"
    private_constant :NO_SECRET

    # @return [String, nil] what `mask` makes its values with; whoever knows it can try texts out
    attr_reader :mask_secret

    # @param secret [String, nil]
    # @raise [ArgumentError] for an empty one, or what is no String
    def mask_secret=(secret)
      raise ArgumentError, "#{NO_SECRET}, not an empty one" if secret == ""
      raise ArgumentError, "#{NO_SECRET}, not a #{secret.class}" if secret && !secret.is_a?(String)

      @mask_secret = secret&.dup&.freeze
    end

    # The secret is nobody's business.
    def inspect = "#<#{self.class} mask_secret: #{@mask_secret ? "[set]" : "nil"}>"
  end

  @configuration = Configuration.new

  class << self
    # @return [Configuration]
    attr_accessor :configuration

    # @yieldparam config [Configuration]
    # @return [void]
    def configure
      yield configuration
      nil
    end

    # Back to the defaults: for the `before` hook of a test suite.
    # @return [void]
    def reset_configuration!
      @configuration = Configuration.new
      nil
    end
  end
end
