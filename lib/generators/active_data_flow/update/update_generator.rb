# frozen_string_literal: true

require_relative "../dry_run"
require_relative "../migrations"

module ActiveDataFlow
  module Generators
    # After a newer version of the gem: brings the migrations that it has more.
    class UpdateGenerator < ::Rails::Generators::Base
      include DryRun
      include Migrations

      desc "Brings the migrations that a newer version of active_data_flow has more. May be run again."

      # (see Migrations)
      def make_migrations
        brought = bring_migrations
        say brought.any? ? "Next: bin/rails db:migrate" : "Nothing to bring: the application has every migration of active_data_flow #{ActiveDataFlow::VERSION}."
      end
    end
  end
end
