# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    module_function

    # @param klass [Class] OrderExportFlow
    # @return [String] "order_export": the name under which its runs are stored
    # @raise [ConfigurationError] for a class without a name
    def stored_name(klass)
      name = klass.name or raise ConfigurationError, "a flow is stored under its name; give the class a constant, or flow_name = \"...\""
      name.gsub("::", "/").gsub(/([[:lower:]\d])([[:upper:]])/, '\1_\2').gsub(/([[:upper:]]+)([[:upper:]][[:lower:]])/, '\1_\2')
        .downcase.delete_suffix("_flow")
    end
  end
end
