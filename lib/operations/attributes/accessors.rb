# frozen_string_literal: true

module Operations
  module Attributes
    # A module of methods that were written here, not by the author.
    class GeneratedMethods < Module; end

    # Writes the methods of an attribute as Ruby text, because handlers read attributes in their innermost loops:
    # a reader of an integer is one Hash lookup, and asks nothing that was known when the class loaded.
    class Accessors
      # @return [Array<Symbol>] the methods that {define} will write for this name
      def self.method_names(name, type)
        names = [name, "#{name}=", "#{name}_changed?", "#{name}_was", "#{name}_change", "saved_change_to_#{name}?"]
        names << "#{name}?" if type.instance_of?(Types::BooleanType)
        names.map(&:to_sym)
      end

      # @param target [Module] included in the class, so that the author can override a method and call super
      # @param declared [Hash{String => Definition}] attributes that `name_was` must not replace, should one be called so
      def self.define(target, definition, declared) = new(definition, declared).define(target)

      def initialize(definition, declared)
        @definition = definition
        @declared = declared
        @type = definition.type
        @name = definition.name
      end

      # Writes the methods into the module.
      # @param target [Module] included in the class
      def define(target)
        forget_earlier(target)
        target.class_eval("# frozen_string_literal: true\n#{reader}\n#{writer}\n#{changes}\n#{predicate}", __FILE__, __LINE__)
      end

      private

      # Of an attribute that the class declares a second time.
      def forget_earlier(target)
        names = self.class.method_names(@name, @type) - @declared.keys.map(&:to_sym) + [@name.to_sym]
        names.each { |name| target.send(:remove_method, name) if target.method_defined?(name, false) }
      end

      def reader
        <<~RUBY
          def #{@name}
            value = @_attributes["#{@name}"]
            #{"return _attribute_default(\"#{@name}\") if value.nil?" if @definition.default?}
            #{"_share_attribute(\"#{@name}\", value) unless value.frozen?" if @type.mutable?}
            #{result}
          end
        RUBY
      end

      def result
        return "value" if @type.direct?

        "#{@type.direct_when || "value.nil?"} ? value : _deserialise_attribute(\"#{@name}\", value)"
      end

      def writer
        <<~RUBY
          def #{@name}=(value)
            _write_attribute("#{@name}", #{@type.inline % "_serialise_attribute(\"#{@name}\", value)"})
            #{"_keep_given(\"#{@name}\", value) if @_given || !(#{@type.own} === value)" unless @type.own == BasicObject}
          end
        RUBY
      end

      def changes
        {
          "#{@name}_changed?" => "_attribute_differs?", "saved_change_to_#{@name}?" => "_attribute_saved?",
          "#{@name}_was" => "_attribute_before", "#{@name}_change" => "_attribute_difference"
        }.filter_map { |name, call| "def #{name} = #{call}(\"#{@name}\")" unless @declared.key?(name) }.join("\n")
      end

      def predicate
        "def #{@name}? = #{@name} ? true : false" if @type.instance_of?(Types::BooleanType)
      end
    end
  end
end
