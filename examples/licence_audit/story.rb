# frozen_string_literal: true

module LicenceAudit
  # One review told twice: as the flowchart with its path, and in words.
  class Story
    def initialize(review)
      @review = review
    end

    def to_s
      <<~TEXT
        The way of #{@review.gem_label}, as Mermaid draws it, with its path and last state marked:

        #{@review.to_mermaid.rstrip}

        and in words:

        #{@review.history.map { |entry| "  #{sentence(entry)}" }.join("\n")}
      TEXT
    end

    private

    def sentence(entry)
      [entry.at.strftime("%H:%M:%S.%L"), entry.state.ljust(16), stay(entry), outcome(entry)].join("  ").rstrip
    end

    def stay(entry) = format("%7.3f s", entry.duration || 0)

    def outcome(entry) = entry.by ? "#{entry.outcome} by #{entry.by}" : entry.outcome.to_s
  end
end
