# frozen_string_literal: true

module Operations
  module Machine
    # What a class of tasks, or of flows, names in `index`, `validates` and `validate`, and does not have when it is first used. Only then is it
    # known: the line may stand above the one that declares the name, or in a class above.
    class UnknownNames
      # @param klass [Class]
      # @return [Array<String>] a sentence for each, with what there is and what to write
      def self.of(klass) = new(klass).texts

      def initialize(klass)
        @klass = klass
        @label = klass.attribute_label
        @known = klass.attribute_names + klass.model_names
      end

      # @return [Array<String>]
      def texts = indexed + validated + called

      private

      def indexed
        return [] unless @klass.respond_to?(:indexed_attributes)

        missing = @klass.indexed_attributes.map(&:to_s) - @known
        missing.map { |name| text("indexes :#{name}", name, "has_model :#{name}") }
      end

      def validated
        rule_names(:names).map { |name| text("validates :#{name}", name, "has_attribute :#{name}") }
      end

      def called
        rule_names(:method_names).map do |name|
          "#{@label} validates by :#{name}, a method that it does not have. Write: def #{name} = errors.add(:base, \"is wrong\")"
        end
      end

      def rule_names(kind)
        names = @klass.validation_rules.select { |rule| rule.respond_to?(kind) }.flat_map(&kind)
        names.uniq.reject { |name| answers?(name) }
      end

      # Who answers to names that are no methods is not known before there is a task.
      def answers?(name)
        @klass.method_defined?(name) || @klass.private_method_defined?(name) ||
          @klass.instance_method(:method_missing).owner != BasicObject
      end

      def text(what, name, fix)
        "#{@label} #{what}, which it does not have; it has #{Spelling.list(@known)}.#{Spelling.hint(name, @known)} Write: #{fix}"
      end
    end
  end
end
