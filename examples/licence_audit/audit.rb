# frozen_string_literal: true

require_relative "licence_review"
require_relative "installed_gems"
require_relative "reviewer"
require_relative "board"
require_relative "story"
require_relative "summary"

module LicenceAudit
  # Starts a review for each gem, keeps them going until all are finished, and tells what came out.
  class Audit
    PAUSE = 0.1 # seconds between two rounds

    # @param gems [Array<Gem::Specification>]
    # @param out [IO]
    # @param quiet [Boolean] only the summary
    def initialize(gems, out, quiet: false)
      @gems = gems
      @out = out
      @quiet = quiet
    end

    def run
      tell introduction
      @gems.each { |gem| start(gem) }
      follow
      tell "\n#{Story.new(longest)}\n"
      @out.puts Summary.new(reviews, @gems.size)
    end

    private

    # `later` stores the task and returns at once; whoever wakes it may be another thread, or another day.
    def start(gem)
      LicenceReview.later(gem_name: gem.name, gem_version: gem.version.to_s, licences: gem.licenses, folder: gem.full_gem_path)
    end

    # A program of its own would say `Operations::Runner.start`. Here a round also draws, and lets the reviewer work.
    def follow
      runner = Operations::Runner.new
      reviewer = Reviewer.new
      until finished?
        draw
        runner.tick
        reviewer.work_on(reviews.select { |review| review.in?(:person_decides) })
        sleep PAUSE
      end
      draw
    end

    def reviews = LicenceReview.all.sort_by { |review| [review.gem_name, Gem::Version.new(review.gem_version)] }

    def finished? = LicenceReview.all.none? { |review| review.waiting? || review.active? }

    # The one with most to tell.
    def longest = reviews.max_by { |review| [review.history.size, review.updated_at - review.created_at] }

    def draw = (board.show(reviews) unless @quiet)

    def board = @board ||= Board.new(@out, LicenceReview.state_handlers.keys)

    def tell(text) = (@out.puts text unless @quiet)

    # Two installations of one version share a review.
    def versions = @gems.uniq { |gem| [gem.name, gem.version] }.size

    def introduction
      <<~TEXT
        Auditing the licences of #{@gems.size} installed gems, one task for each of #{versions} versions. Nothing is written to disk.
        Waits are seconds here; where people decide they would be days.
        #{Reviewer::RULE}

      TEXT
    end
  end
end
