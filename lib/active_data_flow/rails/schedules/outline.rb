# frozen_string_literal: true

require "psych"

module ActiveDataFlow
  module Rails
    module Schedules
      # Where the sections of a recurring.yml are, as its YAML says; what ERB makes of it does not matter here.
      class Outline
        # One key at the top. `line` counts from 0, `indent` is that of what belongs to it, `shape` is :block, :empty, :flow,
        # :alias or :other, and `entry` is whether it is no section but an entry of a file without sections.
        Section = Data.define(:name, :line, :indent, :shape, :entry)

        # @return [Array<Section>] in the order of the file
        attr_reader :sections

        # @return [Integer] spaces in front of the keys at the top
        attr_reader :indent

        # @param text [String]
        # @param name [String] of the file
        # @raise [ConfigurationError] for what is no YAML, or no mapping of keys in lines of their own
        def initialize(text, name)
          @name = name
          pairs = pairs_of(root(text))
          @indent = pairs.first&.first&.start_column || 0
          @sections = pairs.map { |key, value| section(key, value) }
        end

        # @return [Boolean] whether entries stand at the top, for every environment
        def flat? = sections.any?(&:entry)

        # @return [Array<Section>] more than one where ERB chooses between them
        def named(name) = sections.select { |section| section.name == name }

        # @param index [Integer] of a line
        # @return [Section, nil] to which what is written before that line belongs
        def section_at(index) = sections.reverse.find { |section| section.line < index }

        private

        def root(text)
          documents = Psych.parse_stream(Masked.erb(text)).children
          raise ConfigurationError, "#{@name} has #{documents.size} documents (---), and only the first one would be read. Make it one" if documents.size > 1

          documents.first&.root
        rescue Psych::SyntaxError => error
          raise ConfigurationError, "#{@name} cannot be read as YAML: line #{error.line}, #{error.problem} #{error.context}".rstrip
        end

        def pairs_of(node)
          case node
          when nil then []
          when Psych::Nodes::Mapping
            raise ConfigurationError, "#{@name} is a mapping in braces, into which nothing can be written line by line. Give each environment a line of its own, e.g. \"production:\"" if flow?(node)

            node.children.each_slice(2).to_a
          when Psych::Nodes::Scalar then empty?(node) ? [] : refuse(node)
          else refuse(node)
          end
        end

        def refuse(node)
          raise ConfigurationError, "#{@name}, line #{node.start_line + 1}: at the top there is a #{node.class.name.split("::").last.downcase}, not the name of an environment, e.g. \"production:\""
        end

        def section(key, value)
          children = value.is_a?(Psych::Nodes::Mapping) ? value.children : []
          shape = shape_of(value)
          Section.new(name: key.respond_to?(:value) ? key.value : "", line: key.start_line, indent: (shape == :block) ? children.first.start_column : key.start_column + 2,
            shape:, entry: children.each_slice(2).any? { |inner, _| inner.respond_to?(:value) && inner.value == "schedule" })
        end

        def shape_of(value)
          case value
          when Psych::Nodes::Mapping then flow?(value) ? :flow : :block
          when Psych::Nodes::Alias then :alias
          else empty?(value) ? :empty : :other
          end
        end

        def flow?(node) = node.style == Psych::Nodes::Mapping::FLOW

        def empty?(node) = node.is_a?(Psych::Nodes::Scalar) && node.value == "" && node.plain
      end
    end
  end
end
