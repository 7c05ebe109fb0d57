# frozen_string_literal: true

module ActiveDataFlow
  module Generators
    # A class and its spec, in the application's own kind of tests: RSpec's where there is a folder spec/, or where it is
    # asked for, else Minitest's.
    module Tested
      private

      # @param template [String] without its ending
      # @param folder [String] below app/ and spec/
      # @param name [String] of the file, without its ending
      def write_with_spec(template, folder, name)
        template("#{template}.rb.tt", File.join("app", folder, "#{name}.rb"))
        rspec? ? template("#{template}_spec.rb.tt", File.join("spec", folder, "#{name}_spec.rb")) : template("#{template}_test.rb.tt", File.join("test", folder, "#{name}_test.rb"))
      end

      def rspec?
        ::Rails::Generators.options[:rails][:test_framework] == :rspec || File.directory?(File.expand_path("spec", destination_root))
      end
    end
  end
end
