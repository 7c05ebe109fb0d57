# frozen_string_literal: true

require_relative "../operations/spelling"

module ActiveDataFlow
  # Who decides when a flow runs. `config.runtime_adapter` names one; what belongs to a single flow is kept in its row.
  class Runtime
    # Those whose class is not in this version come later.
    NAMES = %i[active_job heartbeat redcord].freeze
    private_constant :NAMES

    # @param name [Symbol, String] :active_job
    # @return [Class]
    # @raise [ConfigurationError] naming those that there are
    def self.named(name)
      known = NAMES.select { |there| const_defined?(constant(there), false) }
      return const_get(constant(name), false) if known.include?(name.to_s.to_sym)

      missing = NAMES.include?(name.to_s.to_sym) ? "is not in this version" : "is none"
      raise ConfigurationError, "runtime_adapter #{name.inspect} #{missing}; there is #{Operations::Spelling.list(known)}.#{Operations::Spelling.hint(name.to_s, known)}"
    end

    def self.constant(name) = name.to_s.split("_").map(&:capitalize).join
    private_class_method :constant
  end
end

require_relative "runtime/active_job"
