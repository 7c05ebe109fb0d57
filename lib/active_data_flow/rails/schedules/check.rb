# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # Whether a recurring.yml says what it should in every environment, read as SolidQueue reads it there: one entry that
      # it does not accept keeps its whole supervisor from starting.
      class Check
        # @param name [String] of the file
        # @param entries [Array<Entry>] ours
        # @param environments [Array<String>] those that have them
        def initialize(name, entries, environments)
          @name = name
          @entries = entries
          @environments = environments
        end

        # @param bare [String] path of a file without what is ours
        # @param text [String] path of the file as it would be
        # @return [void]
        # @raise [ConfigurationError] with everything that is wrong
        def call(bare, text)
          wrong = everywhere.flat_map { |environment| faults(environment, entries_in(bare, environment), entries_in(text, environment)) }.uniq
          raise ConfigurationError, "#{@name} would not work, so nothing was changed:\n#{wrong.map { |line| "- #{line}" }.join("\n")}" if wrong.any?
        end

        private

        def everywhere = @environments | ::Rails.root.glob("config/environments/*.rb").map { |path| path.basename(".rb").to_s }.sort

        def entries_in(path, environment)
          Reading.entries(path, environment)
        rescue ::StandardError, ::ScriptError => error
          raise ConfigurationError, "#{@name} cannot be read in #{environment}, so nothing was changed: #{error.class}: #{error.message.sub(path.to_s, @name)}"
        end

        def faults(environment, bare, now)
          ours = @environments.include?(environment) ? expected : {}
          twice = bare.keys & ours.keys
          return twice.map { |key| "#{environment}: #{key} stands outside of the markers as well. Take it away there: what belongs to a flow is written between them" } if twice.any?

          torn(environment, bare, now, ours) + now.flat_map { |key, options| objections(key, options).map { |what| "#{environment}: #{key}: #{what}" } }
        end

        # Ours have to be there, and all others as before.
        def torn(environment, bare, now, ours)
          return [] if now.slice(*ours.keys) == ours && now.except(*expected.keys).keys == bare.except(*expected.keys).keys

          ["#{environment}: the entries cannot be put there without changing what else it has (#{(bare.keys - now.keys).join(", ").then { |keys| keys.empty? ? "ERB, or two sections of one name?" : "#{keys} would be gone" }}). " \
            "Write them by hand, where they belong:\n\n#{Block.new(@entries, indent: 2)}"]
        end

        def expected = @expected ||= @entries.to_h { |entry| [entry.key, entry.options.transform_values { |value| value.is_a?(Array) ? value.map(&:to_s) : value.to_s }] }

        def objections(key, options)
          options.is_a?(Hash) ? Judge.objections(key, options) : ["is #{options.inspect}, not an entry with a schedule"]
        end
      end
    end
  end
end
