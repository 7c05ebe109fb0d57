# frozen_string_literal: true

require_relative "../operations/spelling"

# What holds for the whole program. Set once, when it starts.
#
#   ActiveDataFlow.configure do |config|
#     config.mask_secret = ENV.fetch("MASK_SECRET")
#   end
module ActiveDataFlow
  # The settings. A room that brings settings of its own declares them with {Configuration.option}.
  class Configuration
    # One setting. `says` is what the generated initializer writes above it, `check` turns a value into what is kept, or raises.
    Option = Data.define(:name, :default, :says, :check)

    class << self
      # @return [Hash{Symbol => Option}] in the order in which they were declared
      def options = @options ||= {}

      # Declares a setting, with a reader and a writer.
      # @param name [Symbol]
      # @param default [Object]
      # @param says [String] what it is for, in a sentence or two
      # @yieldparam value [Object] what was given
      # @yieldreturn [Object] what is kept
      # @return [Symbol] the name
      def option(name, says:, default: nil, &check)
        options[name] = Option.new(name:, default:, says:, check: check || :itself.to_proc)
        define_method(name) { @values.fetch(name, default) }
        define_method(:"#{name}=") { |value| @values[name] = self.class.options.fetch(name).check.call(value) }
        name
      end
    end

    NO_SECRET = "mask_secret is a String that is not empty, e.g. ENV.fetch(\"MASK_SECRET\")"
    private_constant :NO_SECRET

    # @!attribute [rw] mask_secret
    #   @return [String, nil] what `mask` makes its values with; whoever knows it can try texts out
    option :mask_secret, says: "What `mask` makes its values with, e.g. ENV.fetch(\"MASK_SECRET\"). Whoever knows it can try texts out." do |secret|
      raise ArgumentError, "#{NO_SECRET}, not an empty one" if secret == ""
      raise ArgumentError, "#{NO_SECRET}, not a #{secret.class}" if secret && !secret.is_a?(String)

      secret&.dup&.freeze
    end

    def initialize
      @values = {}
    end

    # The secret is nobody's business.
    def inspect = "#<#{self.class} #{@values.map { |name, value| "#{name}: #{(name == :mask_secret && value) ? "[set]" : value.inspect}" }.join(", ")}>"

    private

    # A setting that there is not: kept silently, it would be one that does nothing.
    def method_missing(name, *)
      return super unless name.end_with?("=")

      given = name.name.delete_suffix("=")
      known = self.class.options.keys
      raise ConfigurationError, "There is no setting :#{given}; there are #{Operations::Spelling.list(known)}.#{Operations::Spelling.hint(given, known)}"
    end

    def respond_to_missing?(_name, _include_private = false) = false
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
