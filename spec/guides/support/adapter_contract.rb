# frozen_string_literal: true

# Run by adapter_contract_spec.rb in a process of its own: the guide's storages, as they stand there.
require "tmpdir"
require_relative "snippet_file"

guide = Snippets::SnippetFile.new(File.join(Snippets::SnippetFile::ROOT, "guides/writing-an-adapter.md"))
folder = Dir.mktmpdir
Dir.chdir(folder) # where the guide's database is, for every connection
guide.blocks.each { |block| eval(block.source, TOPLEVEL_BINDING, guide.path, block.line) } # standard:disable Security/Eval

RSpec.configure do |config|
  config.around { |example| Eventually.ends(example) }
  config.after(:suite) { FileUtils.rm_rf(folder) }
end

RSpec.describe JSONStorage do
  it_behaves_like "a task storage"
end

RSpec.describe TableStorage do
  before { TaskRow.delete_all }

  it_behaves_like "a complete task storage"
end

RSpec.describe ThreadExecutor do
  it_behaves_like "a task executor"
end
