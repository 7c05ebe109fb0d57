# frozen_string_literal: true

require "fileutils"

module Bench
  module StoredTasks
    # The gem's ancestor in a Rails application of its own, set up as it asks for.
    class Ancestor < Side
      GEMFILE = File.expand_path("ancestor/Gemfile", __dir__)

      class << self
        # Its gems, beside ours.
        def prepare
          there = system(bundler, "bundle", "check", out: File::NULL, err: File::NULL)
          there || system(bundler, "bundle", "install", "--quiet") || raise("the gems of #{GEMFILE} cannot be installed")
        end

        # `lib` would be ours.
        def env = {**bundler, "RUBYOPT" => "-rbundler/setup", "RUBYLIB" => nil, "RAILS_ENV" => "production"}

        private

        def bundler = {"BUNDLE_GEMFILE" => GEMFILE, "RUBYOPT" => nil}
      end

      def call = @order.call(customer: "Customer 1")

      private

      def connect
        boot
        ActiveRecord::Migration.verbose = false
        ActiveRecord::MigrationContext.new(Operations::Engine.root.join("db/migrate").to_s).migrate
        @order = SixSteps.define(self)
      end

      # A logger that says as little as in production.
      def boot
        require "logger"
        require "rails"
        %w[active_record active_job].each { |part| require "#{part}/railtie" }
        Object.const_set(:ApplicationRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true })
        require "standard_procedure_operations"
        application.initialize!
      end

      def application
        root = folder
        Bench.const_set(:AncestorApplication, Class.new(Rails::Application)).class_eval do
          config.root = root
          config.eager_load = false
          config.logger = Logger.new(File::NULL, level: :info)
          config.secret_key_base = "0" * 32
          config.load_defaults Rails::VERSION::STRING.to_f
          self
        end
      end

      def folder
        root = Dir.mktmpdir("adf-bench")
        at_exit { FileUtils.rm_rf(root) }
        FileUtils.mkdir(File.join(root, "config"))
        File.write(File.join(root, "config/database.yml"), JSON.generate(production: @config)) # which is YAML, too
        root
      end
    end
  end
end
