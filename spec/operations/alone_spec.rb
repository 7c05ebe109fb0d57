# frozen_string_literal: true

# Ruby would load one of two files of the same name, and half of each library.
RSpec.describe "The gem beside its ancestor", req: %w[O-04 O-84] do
  # @return [CleanMachine::Outcome] of a program that has a gem of that name, and takes it up
  def beside_ancestor(program)
    home = scratch
    file = File.join(home, "standard_procedure_operations.gemspec")
    File.write(file, <<~RUBY)
      Gem::Specification.new("standard_procedure_operations", "0.7.5") { |gem| gem.summary = "x" and gem.authors = ["x"] and gem.files = [] }
    RUBY
    on_clean_machine(RbConfig.ruby, "-I#{File.join(CleanMachine::ROOT, "lib")}", "-e", <<~RUBY, chdir: scratch)
      Gem::Specification.load(#{file.inspect}).activate
      begin
        #{program}
      rescue => error
        puts error.class, error.message
      end
    RUBY
  end

  %w[active_data_flow operations standard_procedure_operations operations/compat].each do |entry|
    it "is refused when #{entry} is required, with both names" do
      said = beside_ancestor("require #{entry.inspect}").out
      expect(said).to match(/\AActiveDataFlow::ConfigurationError\nactive_data_flow and standard_procedure_operations both.*Gemfile/)
    end
  end
end
