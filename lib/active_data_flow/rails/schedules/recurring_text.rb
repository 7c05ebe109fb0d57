# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # The text of a recurring.yml: what is ours in it, and what is not, which stays as it is to the byte.
      class RecurringText
        # How people call a section that no line can be added to.
        SHAPES = {alias: "an alias", flow: "a mapping in braces", other: "no mapping"}.freeze
        private_constant :SHAPES

        # @param text [String]
        # @param name [String] of the file
        # @raise [ConfigurationError] for what cannot be read
        def initialize(text, name)
          raise ConfigurationError, "#{name} is no text in UTF-8" unless text.valid_encoding?

          @name = name
          @eol = text[/\r?\n/] || "\n"
          @lines = text.lines
          @blocks = Block.ranges(@lines, name)
          close_in_front_of_last
          @outline = Outline.new(blanked, name)
        end

        # @return [String] the text without what is ours
        def bare = kept.map { |index| @lines[index] }.join

        # @param entries [Array<Entry>]
        # @param environments [Array<String>]
        # @return [String] the text with these entries in these sections, and nothing else of ours
        # @raise [ConfigurationError] for a section that cannot be written into, with what to write there instead
        def with(entries, environments)
          there, missing = environments.partition { |name| @outline.named(name).any? }
          indents = there.flat_map { |section| @outline.named(section) }.to_h { |section| [place_in(section, entries), section.indent] }
          if missing.any? && flat?
            indents[flat_place] = @outline.indent
            missing = []
          end
          missing.reduce(assembled(indents, entries)) { |text, name| appended(text, name, entries) }
        end

        private

        # A block at the end of a text that ends without a line break brought the one in front of it.
        def close_in_front_of_last
          before = @blocks.last&.begin.to_i - 1
          @lines[before] = @lines[before].chomp if before >= 0 && @blocks.last.end == @lines.size - 1 && !@lines.last.end_with?("\n")
        end

        def kept = @lines.each_index.reject { |index| @blocks.any? { |block| block.cover?(index) } }

        # Nothing of ours, and all else in the line in which it is.
        def blanked
          lines = @lines.map { @eol }
          kept.each { |index| lines[index] = "#{@lines[index].chomp}#{@eol}" }
          lines.join
        end

        # A file whose only entries are ours is still one without sections.
        def flat? = @outline.flat? || (@outline.sections.empty? && @blocks.any?)

        def flat_place = @blocks.last&.begin || @lines.size

        # Where the block is already; else right below the section's name, where nothing that follows is torn.
        def place_in(section, entries)
          raise ConfigurationError, refusal(section, entries) if SHAPES.key?(section.shape)

          @blocks.map(&:begin).find { |line| @outline.section_at(line) == section } || section.line + 1
        end

        def assembled(indents, entries)
          others = kept.to_h { |index| [index, @lines[index]] }
          (0..@lines.size).each_with_object(+"") do |index, text|
            append(text, block(entries, indents.fetch(index))) if indents.key?(index)
            text << others.fetch(index, "")
          end
        end

        def appended(text, name, entries)
          gap = (text.empty? || text.end_with?("#{@eol}#{@eol}")) ? "" : @eol
          append(text.dup, "#{gap}#{" " * @outline.indent}#{name}:#{@eol}#{block(entries, @outline.indent + 2)}")
        end

        # A text that ends without a line break still does so afterwards.
        def append(text, lines)
          return text << lines if text.empty? || text.end_with?("\n")

          text << @eol << lines.delete_suffix(@eol)
        end

        def block(entries, indent) = Block.new(entries, indent:, eol: @eol).to_s

        def refusal(section, entries)
          line = @lines[section.line].strip
          inner = (section.shape == :alias) ? "  <<: #{line.split(":", 2).last.strip}\n" : ""
          "#{@name}, line #{section.line + 1}: #{section.name} is #{SHAPES.fetch(section.shape)}, into which no line can be written. Write in its place, with the entries of " \
            "your own in lines below it:\n\n#{section.name}:\n#{inner}#{Block.new(entries, indent: 2)}"
        end
      end
    end
  end
end
