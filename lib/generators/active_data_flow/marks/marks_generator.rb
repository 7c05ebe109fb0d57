# frozen_string_literal: true

require_relative "../dry_run"
require_relative "../migrations"

module ActiveDataFlow
  module Generators
    # For a database that flows write into, and that does not keep their runs: brings the migration of the one table that it
    # needs. May be run again, and for several databases.
    class MarksGenerator < ::Rails::Generators::Base
      include DryRun
      include Migrations

      desc "Brings the migration of the table that a database needs into which flows write, and which does not keep their runs. May be run again."

      # (see Migrations)
      def make_migrations
        brought = bring_migrations("marks")
        say brought.any? ? "Next: bin/rails db:migrate#{":#{options[:database]}" if options[:database]}" : "Nothing to bring: the migration is there."
      end
    end
  end
end
