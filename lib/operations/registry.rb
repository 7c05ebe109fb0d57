# frozen_string_literal: true

module Operations
  # Finds task classes by the name they are stored under. Only classes that descend from {Task} are ever found,
  # so a name in a database cannot become any other constant.
  module Registry
    # What a class without a name is stored and reported as.
    UNNAMED = "An anonymous task"
    @by_name = {}
    @unloaded = ObjectSpace::WeakMap.new

    class << self
      # @private Called with a name that is not known, where classes are loaded as they are needed. Whatever it loads, only
      # a task class is found.
      attr_accessor :loader

      # @param name [String]
      # @return [Class] the task class of that name
      # @raise [Operations::Error] when there is none
      def fetch(name)
        raise Error, refusal(name) unless name.is_a?(String)

        known = @by_name[name]
        return known if known && current?(known, name)

        @by_name[name] = newest(name) || (loader&.call(name) && newest(name)) || raise(Error, refusal(name))
      end

      # @return [Array<Class>] every loaded task class that has a name and is not abstract, by name
      def all = loaded_below(Task)

      # @private Of flows as well.
      # @param base [Class]
      # @return [Array<Class>]
      def loaded_below(base)
        named = descendants(base).select { |klass| klass.name && !klass.abstract_class? && current?(klass, klass.name) }
        named.uniq(&:name).sort_by(&:name)
      end

      # @private A class that is reloaded, or whose file is gone: there is no constant of it any more, only the object.
      # @param klass [Class]
      def unload(klass)
        @unloaded[klass] = true
      end

      # @return [Array<String>] the names of a class and all below it, as they are stored
      def names_below(klass)
        [klass, *descendants(klass)].select { |below| below.name && current?(below, below.name) }.map(&:name).uniq
      end

      private

      # After a code reload the constant names a new class; the old one must not come back to life.
      def current?(klass, name)
        !@unloaded.key?(klass) && (!Object.const_defined?(name) || Object.const_get(name).equal?(klass))
      end

      def newest(name)
        descendants(Task).find { |klass| klass.name == name && !klass.abstract_class? && current?(klass, name) }
      end

      def descendants(klass) = klass.subclasses.flat_map { |child| [child, *descendants(child)] }

      def refusal(name)
        return "a task of a class without a name cannot be read back; give its class a constant" if [nil, "", UNNAMED].include?(name)

        known = all.map(&:name)
        "#{name.inspect} is not a registered task class; #{known.empty? ? "none is loaded" : "there are #{known.join(", ")}"}. " \
          "Is its file loaded, and does it descend from Operations::Task?"
      end
    end
  end
end
