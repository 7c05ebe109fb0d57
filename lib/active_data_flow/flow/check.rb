# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # What can be seen to be wrong in a finished class body, and in its name, without looking at any table.
    module Check
      module_function

      # @param klass [Class]
      # @raise [ConfigurationError] naming what is missing
      def call(klass)
        declared = klass.declarations
        refuse(klass, "has no source. Write: source :orders, or source { ... }") unless declared.source
        refuse(klass, "has no sink. Write: sink :order_exports, or sink { |row| ... }") if declared.sinks.empty?
        refuse(klass, "says mode :#{declared.mode} and has #{declared.sinks.size} sinks. Write mode: at each sink.") if declared.mode && declared.sinks.size > 1
        refuse_later_words(klass, declared)
        unknown = Operations::Machine::UnknownNames.of(klass).first
        raise ConfigurationError, unknown if unknown
        refuse_namesakes(klass) if klass.name
      end

      def refuse_later_words(klass, declared)
        callbacks = declared.after_complete + declared.after_failure
        missing = callbacks.grep(Symbol).find { |name| !klass.method_defined?(name) && !klass.private_method_defined?(name) }
        refuse(klass, "names #{missing} as a callback, which it does not define. Write: def #{missing}(run) ... end") if missing
      end

      # One would go on where the other has stopped.
      def refuse_namesakes(klass)
        others = Registry.namesakes(klass).map(&:name)
        return if others.empty?

        refuse(klass, "is stored as #{klass.flow_name.inspect}, and so #{(others.size == 1) ? "is" : "are"} #{others.join(", ")}: the runs of one would be taken " \
          "for those of the other. Give it another name: self.flow_name = #{Flow.stored_name(klass).then { |name| (name == klass.flow_name) ? "..." : name }.inspect}")
      end

      def refuse(klass, text) = raise(ConfigurationError, "#{Flow.label(klass)} #{text}")
      private_class_method :refuse_later_words, :refuse_namesakes, :refuse
    end
  end
end
