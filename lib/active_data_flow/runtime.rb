# frozen_string_literal: true

require_relative "../operations/spelling"

module ActiveDataFlow
  # Who decides when a flow runs. `config.runtime_adapter` names one; what belongs to a single flow is kept in its row.
  class Runtime
    # Each with its class. Those that are not in this version come later.
    NAMES = {active_job: "ActiveJob", heartbeat: "Heartbeat", redcord: "Redcord"}.freeze
    private_constant :NAMES

    # @param name [Symbol, String] :active_job
    # @return [Class]
    # @raise [ConfigurationError] naming those that there are
    def self.named(name)
      constant = NAMES[name.to_s.to_sym]
      return const_get(constant, false) if constant && const_defined?(constant, false)

      known = NAMES.select { |_, wanted| const_defined?(wanted, false) }.keys
      missing = constant ? "is not in this version" : "is none"
      raise ConfigurationError, "runtime_adapter #{name.inspect} #{missing}; there is #{Operations::Spelling.list(known)}.#{Operations::Spelling.hint(name.to_s, known)}"
    end
  end
end

require_relative "runtime/active_job"
