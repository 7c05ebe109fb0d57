# frozen_string_literal: true

require_relative "../dry_run"
require_relative "../migrations"
require_relative "../queue_advice"
require_relative "../shown_settings"

module ActiveDataFlow
  module Generators
    # Makes an application ready for flows and tasks. May be run again: what is there is left as it is.
    class InstallGenerator < ::Rails::Generators::Base
      include DryRun
      include Migrations
      include QueueAdvice
      include ShownSettings

      source_root File.expand_path("templates", __dir__)
      desc "Makes the application ready for flows and tasks: initializer, migrations, mount line, folders. May be run again."

      FOLDERS = %w[app/data_flows app/operations].freeze
      INITIALIZER = "config/initializers/active_data_flow.rb"
      MOUNT = 'mount ActiveDataFlow::Rails::Engine => "/active_data_flow"'
      private_constant :FOLDERS, :INITIALIZER, :MOUNT

      # Every setting with its default, commented out. The one that is there is the application's.
      def make_initializer
        return template("initializer.rb.tt", INITIALIZER) unless there?(INITIALIZER)

        say_status(:exist, INITIALIZER)
      end

      # (see Migrations)
      def make_migrations
        @brought = bring_migrations
      end

      # Pages are reached through the application's routes, behind whatever guards these.
      def mount
        return say_status(:skip, "config/routes.rb, which there is none of") unless there?("config/routes.rb")
        return say_status(:exist, MOUNT) if File.read(absolute("config/routes.rb")).match?(/^\s*mount\s*\(?\s*ActiveDataFlow::Rails::Engine\b/)

        route MOUNT
      end

      # Where flows and tasks are written.
      def make_folders
        FOLDERS.each { |folder| there?(folder) ? say_status(:exist, folder) : create_file("#{folder}/.keep", "") }
      end

      # What was done, and what is next.
      def sum_up
        return if behavior == :revoke

        say
        say options[:pretend] ? "Nothing was written." : "active_data_flow is installed. Its keys are #{key_kind}."
        say "Next:"
        say "  bin/rails db:migrate#{":#{options[:database]}" if options[:database]}" if @brought.any?
        say "  bin/rails generate active_data_flow:flow NAME   # a flow: rows from a source into a sink"
        say "  bin/rails generate active_data_flow:task NAME   # a task: a flowchart that can sleep"
        if options[:database]
          say connects_to_line
          say "  bin/rails generate active_data_flow:marks       # for flows that write into another database than #{options[:database]}: the primary one, or --database=NAME"
        end
        say "  bin/rails active_data_flow:sync_schedules       # what flows say by `schedule`, and the sweep, for SolidQueue" if jobs?
        queue_advice.each { |advice| say "\n#{advice}" }
      end

      private

      def there?(path) = File.exist?(absolute(path))

      def absolute(path) = File.expand_path(path, destination_root)

      def key_kind
        generators = ::Rails.configuration.generators
        kind = generators.options.dig(generators.orm, :primary_key_type)
        kind ? "of the kind #{kind}, as config.generators says" : "numbers"
      end

      def connects_to_line
        "  config/initializers/active_data_flow.rb: config.connects_to = {database: {writing: :#{options[:database]}, reading: :#{options[:database]}}}"
      end
    end
  end
end
