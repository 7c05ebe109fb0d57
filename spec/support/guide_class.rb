# frozen_string_literal: true

require_relative "../guides/support/snippet_file"

# A class as a guide shows it, so that what is proved is what people read.
module GuideClass
  # @param guide [String] name of the file
  # @param name [String] of the class
  # @return [Class] defined by the guide's block, once
  def self.load(guide, name)
    return Object.const_get(name) if Object.const_defined?(name)

    file = Snippets::SnippetFile.new(File.join(Snippets::SnippetFile::ROOT, "guides", guide))
    block = file.blocks.find { |one| one.source.match?(/^class #{name}\b/) }
    TOPLEVEL_BINDING.eval(block.source, file.path, block.line)
    Object.const_get(name)
  end
end
