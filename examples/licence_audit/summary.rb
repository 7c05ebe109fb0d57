# frozen_string_literal: true

module LicenceAudit
  # What the audit found: counts by result, and the gems that somebody has to look after.
  class Summary
    NEXT = <<~TEXT
      Three things to try next:
        bin/demo licences --limit 20  the same on fewer gems; its flowchart is examples/licence_audit/licence_review.rb
        bin/console                   a prompt with everything loaded, for a task of your own
        guides/how-a-task-runs.md     what happens between two states, and what survives what
    TEXT

    # @param reviews [Array<LicenceReview>] all of them finished
    # @param installed [Integer] how many gems were found; two installations of one version share a review
    def initialize(reviews, installed)
      @reviews = reviews
      @installed = installed
    end

    def to_s = [headline, counts, attention, NEXT].join("\n")

    private

    def headline = "Installed gems: #{@installed}, reviews: #{@reviews.size} (one a version)\n"

    def counts
      @reviews.map { |review| result_of(review) }.tally.sort_by { |_result, count| -count }
        .map { |result, count| "  #{result.ljust(32)}#{count.to_s.rjust(5)}\n" }.join
    end

    def result_of(review)
      return "failed (#{review.exception_class})" if review.failed?

      review.verdict ? "#{review.current_state} by a person" : review.current_state
    end

    def attention
      troubled = @reviews.reject { |review| review.in?(:accepted) }
      return "No gem needs attention.\n" if troubled.empty?

      "These need attention:\n#{troubled.map { |review| "  #{sentence(review)}\n" }.join}"
    end

    def sentence(review)
      named = review.licences.empty? ? "no licence" : review.licences.join(", ")
      text = "; #{review.licence_file} begins: #{review.licence_text}" if review.licence_file
      "#{review.gem_label.ljust(24)} #{why(review)}. Its gemspec names #{named}#{text}"
    end

    def why(review)
      return "failed: #{review.exception_message}" if review.failed?

      review.verdict ? "#{review.verdict}: #{review.reason}" : "nobody decided in time"
    end
  end
end
