# frozen_string_literal: true

module LicenceAudit
  # A script that stands in for a person, so that the demo needs none. In a real program these calls would come from
  # a page with two buttons, in another process, days later.
  class Reviewer
    NAME = "the reviewer script"
    RULE = <<~TEXT.chomp
      A script stands in for the person who decides. Its rule: approve a gem that brings its licence's text, reject one
      that does not, and never get to the last one in the queue.
    TEXT

    # Decides on some of the reviews that wait for a person, as somebody would between two cups of tea.
    # @param queue [Array<LicenceReview>]
    def work_on(queue)
      queue[0...-1].first((queue.size / 3.0).ceil).each { |review| decide(review) }
    end

    private

    def decide(review)
      if review.licence_file
        review.approve!(by: NAME, reason: "#{review.licence_file} has the text")
      else
        review.reject!(by: NAME, reason: "its folder has no licence text")
      end
    rescue Operations::InvalidState
      # Too late: it has timed out since it was put into the queue.
    end
  end
end
