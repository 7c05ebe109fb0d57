# frozen_string_literal: true

require "tempfile"

module ActiveDataFlow
  module Rails
    module Schedules
      # The file that SolidQueue reads its schedule from, and what is written into it.
      class RecurringFile
        # @param entries [Array<Entry>]
        # @param environments [Array<String>] whose sections get them
        # @param path [Pathname] the file; one that there is not is made
        def initialize(entries, environments: ActiveDataFlow.configuration.schedule_environments, path: self.class.path)
          @entries = entries
          @environments = environments
          @path = path
        end

        # @return [Pathname] as SolidQueue finds it
        def self.path = ::Rails.root.join(ENV["SOLID_QUEUE_RECURRING_SCHEDULE"] || "config/recurring.yml")

        # @return [String] for people
        def to_s = @path.relative_path_from(::Rails.root).to_s

        # @return [String] where the entries are
        def place = "#{self} (#{@environments.join(", ")})"

        # @return [Array<String>] lines; none when the file is as it should be
        # @raise [ConfigurationError] for what cannot be written, or would not work
        def difference = checked { Difference.of(text.lines(chomp: true), planned.lines(chomp: true)) }

        # @return [Boolean] whether anything was to be written
        # @raise (see #difference)
        def write
          return checked { false } if planned == text

          checked { |draft| replace_by(draft) }
          true
        end

        private

        def text = @text ||= @path.exist? ? @path.binread.force_encoding(Encoding::UTF_8) : +""

        def parts = @parts ||= RecurringText.new(text, to_s)

        def planned = @planned ||= parts.with(@entries, @environments)

        # Beside the file, so that the one becomes the other in a single step.
        def checked
          draft(parts.bare) do |bare|
            draft(planned) do |path|
              Check.new(to_s, @entries, @environments).call(bare, path)
              yield path
            end
          end
        end

        def draft(text)
          Tempfile.create([".recurring", ".yml"], real.dirname.to_s, binmode: true) do |file|
            file.write(text)
            file.flush
            file.fsync
            yield Pathname(file.path)
          end
        end

        def replace_by(draft)
          draft.chmod(real.exist? ? real.stat.mode : 0o666 & ~File.umask)
          draft.rename(real)
        end

        # Of a link, what it points to is replaced.
        def real = @path.exist? ? @path.realpath : @path
      end
    end
  end
end
