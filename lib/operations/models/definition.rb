# frozen_string_literal: true

module Operations
  module Models
    # One `has_model` line: which class is expected, and which classes may be looked up.
    class Definition
      CLASS_NAME = /\A(::)?([[:upper:]][[:word:]]*)(::[[:upper:]][[:word:]]*)*\z/
      private_constant :CLASS_NAME

      # @return [String] frozen
      attr_reader :name

      # @return [String, nil] as the author wrote it
      attr_reader :class_name

      # @param owner [Class] the class that declares
      def initialize(owner, name, class_name)
        @owner = owner
        @name = -name.to_s
        @class_name = check(class_name)
        @assigned = [].freeze
      end

      def list? = false

      # @return [String] "InvoiceApproval.user", for messages
      def label = "#{@owner.attribute_label}.#{@name}"

      # @return [Array<Symbol>] the methods that will be written; every object has an object_id of its own
      def method_names = [@name, "#{@name}=", "#{@name}_id"].map(&:to_sym) - [:object_id]

      # @return [Object, nil] what the task keeps for what was assigned
      def objects_from(value) = value

      # Notes the class of what was assigned, by name, so that it can be found again in this process.
      def remember(object)
        type = object.class.name
        return if object.nil? || type.nil? || @assigned.include?(type) || misfit(object)

        @assigned = [*@assigned, type].freeze
      end

      # @return [Object, nil] what is not of the declared class
      def misfit(object)
        object unless object.nil? || @class_name.nil? || fits?(object)
      end

      # The only way from a stored name to a class. The name itself is never looked up: it has to be the name of
      # the author's class, of one of its subclasses, or of a class whose object was assigned in this process.
      # @param type [String, nil] as stored
      # @return [String] the name of the class to look in
      # @raise [Operations::Error] when this class was not declared
      def class_name_for(type, task)
        return type if String === type && allowed?(type)

        raise Operations::Error.new(refusal(type), task)
      end

      private

      def check(class_name)
        return if class_name.nil?
        return -class_name.to_s.delete_prefix("::") if CLASS_NAME.match?(class_name.to_s)

        raise ArgumentError, "#{@owner.attribute_label}: #{word} :#{@name}, #{class_name.inspect}: this is no name of a class. Write: #{example}"
      end

      def word = list? ? "has_models" : "has_model"

      def example(type = guess) = "#{word} :#{@name}, \"#{type}\""

      def guess = Inflector.camelize(@name)

      def fits?(object)
        type = object.class.name
        return true if type == @class_name || @assigned.include?(type)
        return true if object.class.ancestors.any? { |ancestor| ancestor.name == @class_name }

        declared = constant(@class_name) # a proxy answers is_a? for what it stands for
        Module === declared && object.is_a?(declared)
      end

      def allowed?(type)
        return true if @assigned.include?(type)

        expected = @class_name || guess
        return true if type == expected && (@class_name || constant(expected))

        subclass?(constant(expected), type)
      end

      # Looked up at each use, so that reloaded code is found.
      def constant(class_name)
        Object.const_get(class_name) if CLASS_NAME.match?(class_name) && Object.const_defined?(class_name)
      end

      def subclass?(declared, type)
        Class === declared && declared.subclasses.any? { |subclass| subclass.name == type || subclass?(subclass, type) }
      end

      def refusal(type)
        stored = "#{label} is stored as a #{type.inspect}"
        return "#{stored}, but may only be a #{@class_name}, or a subclass of it that is loaded. Nothing was looked up." if @class_name

        shown = CLASS_NAME.match?(type.to_s) ? type : guess
        "#{stored}, and nothing says that it may be one. If it may, write: #{example(shown)}. Nothing was looked up."
      end
    end
  end
end
