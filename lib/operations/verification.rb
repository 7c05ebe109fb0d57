# frozen_string_literal: true

module Operations
  # Checks the flowchart of every loaded task class; behind `rake operations:verify`.
  class Verification
    # @param strict [Boolean] whether a warning counts as an error
    # @param classes [Array<Class>]
    def initialize(strict: false, classes: Registry.all)
      @strict = strict
      @classes = classes
    end

    # @param out [IO]
    # @return [Boolean] whether all is well; false when there was nothing to check
    def report(out)
      return nothing_loaded(out) if @classes.empty?

      errors = @classes.flat_map { |klass| Machine::Chart.errors_of(klass) }
      warnings = @classes.flat_map { |klass| klass.plan.warnings }
      errors.each { |text| out.puts "error: #{text}" }
      warnings.each { |text| out.puts "warning: #{text}" }
      out.puts [count(@classes, "task class", "es"), count(errors, "error"), count(warnings, "warning")].join(", ")
      errors.empty? && (warnings.empty? || !@strict)
    end

    private

    def nothing_loaded(out)
      out.puts "error: no task class is loaded, so nothing was checked. Give their files: " \
        "rake operations:verify LOAD='app/tasks/**/*.rb'; or load them in the Rakefile, or in its task :environment"
      false
    end

    def count(list, word, plural = "s") = "#{list.size} #{word}#{plural unless list.size == 1}"
  end
end
