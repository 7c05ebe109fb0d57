# frozen_string_literal: true

require_relative "support/snippet_file"

RSpec.describe "The examples of guides/testing.md" do
  it "hold, as a spec of somebody who has copied them", req: %w[O-68 O-69 O-70] do
    guide = Snippets::SnippetFile.new(File.join(Snippets::SnippetFile::ROOT, "guides/testing.md"))
    Dir.mktmpdir do |folder|
      file = File.join(folder, "guide_spec.rb")
      File.write(file, guide.blocks.map(&:source).join("\n\n"))
      run = ContractRun.new(file) do |command|
        Programs.run_together(RbConfig.ruby, "-I#{Snippets::SnippetFile::ROOT}/lib", "-S", *command, chdir: folder).first
      end
      expect(run.broken("")).to eq([])
      expect(run.examples("").size).to eq(7), run.said
    end
  end
end
