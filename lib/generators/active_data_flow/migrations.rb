# frozen_string_literal: true

module ActiveDataFlow
  module Generators
    # Brings the engine's migrations to the application, as Rails' own `active_data_flow:install:migrations` does: those
    # that it has, under whatever number, are left alone.
    module Migrations
      SCOPE = "active_data_flow"
      private_constant :SCOPE

      # @private
      def self.included(base)
        base.class_option :database, type: :string, banner: "NAME", desc: "The database of config/database.yml that gets the tables, where it is not the primary one"
      end

      private

      # @param kind [String] "migrate", or "marks" for a database that is only written to
      # @return [Array<String>] the names of those that were missing
      def bring_migrations(kind = "migrate")
        return [] if behavior == :revoke || !Object.const_defined?("ActiveRecord::Railtie")

        folder = engine_folder(kind)
        missing = migrations_in(folder).reject { |migration| present.include?(migration.name) }
        missing.each { |migration| say_status(:create, "#{migrations_folder}/..._#{migration.name.underscore}.#{SCOPE}.rb") }
        (migrations_in(folder) - missing).each { |migration| say_status(:identical, migration.name) }
        ::ActiveRecord::Migration.copy(destination, {SCOPE => folder}) if missing.any? && !options[:pretend]
        missing.map(&:name)
      end

      def present = @present ||= migrations_in(destination).map(&:name)

      def migrations_in(folder)
        ::ActiveRecord::MigrationContext.new(folder, ::ActiveRecord::SchemaMigration::NullSchemaMigration.new,
          ::ActiveRecord::InternalMetadata::NullInternalMetadata.new).migrations
      end

      def engine_folder(kind) = ActiveDataFlow::Rails::Engine.root.join("db", kind).to_s

      def destination = File.expand_path(migrations_folder, destination_root)

      # Where Rails looks for those of a database that names no folder of its own.
      def migrations_folder
        return "db/migrate" unless options[:database]

        configured = ::ActiveRecord::Base.configurations.configs_for(env_name: ::Rails.env, name: options[:database])
        raise Thor::Error, "config/database.yml has no database #{options[:database]} in #{::Rails.env}" unless configured

        Array(configured.migrations_paths).first || "db/migrate"
      end
    end
  end
end
