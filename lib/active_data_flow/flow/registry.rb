# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # Finds flow classes by the name they are stored under. Only loaded classes that descend from {Base} are ever found, so
    # a name in a database cannot become any other constant.
    module Registry
      class << self
        # @return [Array<Class>] every loaded flow that has a name and is not abstract, by name
        def all = Operations::Registry.loaded_below(Base)

        # @param name [String] "order_export", or the name of the class
        # @return [Class] `OrderExportFlow`, else `OrderExport`
        # @raise [UnknownFlow] when there is none, with those that there are
        def fetch(name)
          found = all.select { |klass| klass.flow_name == name || klass.name == name }
          found.find { |klass| klass.name.end_with?("Flow") } || found.first || raise(UnknownFlow, refusal(name))
        end

        # A class that says the name of one it descends from is meant to be the same flow.
        # @param klass [Class]
        # @return [Array<Class>] other flows of the program that are stored under its name
        def namesakes(klass)
          all.select { |other| other.flow_name == klass.flow_name && !(other <= klass || klass < other) && named?(other) }
        end

        private

        # No constant names what was taken away, however long the object is there.
        def named?(klass) = Object.const_defined?(klass.name) && Object.const_get(klass.name).equal?(klass)

        def refusal(name)
          known = all.map(&:flow_name)
          "There is no flow #{name.inspect}; there are #{Operations::Spelling.list(known)}.#{Operations::Spelling.hint(name, known)} " \
            "Is its file loaded, and does the class descend from ActiveDataFlow::Base?"
        end
      end
    end
  end
end
