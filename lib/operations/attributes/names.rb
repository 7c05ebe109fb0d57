# frozen_string_literal: true

module Operations
  module Attributes
    # Which names an attribute or a model may have: those whose methods would not replace one of the task's own.
    module Names
      SYSTEM_FIELDS = %i[
        id type task_status current_state attributes models parent_task_id parent parent_id
        exception_class exception_message exception_backtrace created_at updated_at
        wake_at wakes_at timeout_at expires_at delete_at completed_at failed_at
        errors history version sub_tasks flow_runs
      ].freeze

      # The author may take these over; inside, the machine reads its own fields, and nobody prints a task by `display`.
      ALLOWED = %i[status status= display].freeze

      METHOD_NAME = /\A[[:lower:]_][[:word:]]*\z/

      # Functions that every object has and that only the author would call on the task.
      FREE = [Kernel, Object].freeze
      NEEDED = %i[raise require require_relative lambda proc block_given? binding initialize].freeze
      private_constant :FREE, :NEEDED

      # @param owner [Class] the class that declares
      # @param methods [Array<Symbol>] the methods that will be written for it
      # @raise [ArgumentError] saying which names are taken
      def self.check(owner, word, name, methods)
        unless METHOD_NAME.match?(name.to_s)
          raise ArgumentError, "#{owner.attribute_label}: #{word} #{name.inspect} is no name for a method. " \
            "Write lower case letters, digits and _, as in #{word} :#{suggestion(name)}."
        end
        refuse_system_field(owner, word, name)
        refuse_method(owner, word, name, methods)
      end

      def self.refuse_system_field(owner, word, name)
        fields = owner.reserved_attribute_names
        return unless fields.include?(name.to_sym)

        raise ArgumentError, "#{owner.attribute_label}: #{word} :#{name} is taken by #{owner.attribute_root} itself, as are " \
          "#{Spelling.list(fields - [name.to_sym])}. Give it another name."
      end

      def self.refuse_method(owner, word, name, methods)
        taken = methods.find { |method| taken?(owner.attribute_root, method) }
        return unless taken

        raise ArgumentError, "#{owner.attribute_label}: #{word} :#{name} would replace #{taken}, a method of " \
          "#{owner.attribute_root}. Its fields and methods stay its own; fields are " \
          "#{Spelling.list(owner.reserved_attribute_names)}. Give it another name."
      end

      def self.taken?(root, method)
        return false if ALLOWED.include?(method)
        return true if root.method_defined?(method)

        root.private_method_defined?(method) && (NEEDED.include?(method) || !FREE.include?(root.instance_method(method).owner))
      end

      def self.suggestion(name)
        word = name.to_s.gsub(/([[:lower:]])([[:upper:]])/, '\1_\2').downcase.gsub(/[^[:word:]]+/, "_").gsub(/\A[\d_]+|_+\z/, "")
        word.empty? ? "amount" : word
      end
      private_class_method :refuse_system_field, :refuse_method, :taken?, :suggestion
    end
  end
end
