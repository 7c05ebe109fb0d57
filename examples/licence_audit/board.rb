# frozen_string_literal: true

module LicenceAudit
  # How many reviews are in which state: a table that is redrawn in place on a terminal, and elsewhere a line for
  # every change.
  class Board
    BAR = 30
    COLOURS = {waiting: 33, accepted: 32, refused: 31, overdue: 35}.freeze

    # @param out [IO]
    # @param states [Array<String>] in the order to show them
    # @param environment [#[]] asked for NO_COLOR and TERM
    def initialize(out, states, environment = ENV)
      @out = out
      @states = states
      @live = out.tty? && environment["TERM"] != "dumb"
      @coloured = @live && environment["NO_COLOR"].to_s.empty?
      @started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    # @param reviews [Array<LicenceReview>]
    def show(reviews)
      counts = reviews.map(&:current_state).tally
      @live ? redraw(counts, reviews.size) : report(counts)
    end

    private

    # In one piece, so that nothing flickers.
    def redraw(counts, total)
      back = "\e[#{@states.size + 1}A\e[J" if @drawn
      @drawn = true
      frame = ["after #{seconds} s", *@states.map { |state| row(state, counts.fetch(state, 0), total) }]
      @out.print "#{back}#{frame.join("\n")}\n"
      @out.flush
    end

    def report(counts)
      return if counts == @reported

      @reported = counts
      @out.puts "#{seconds.rjust(5)} s  #{@states.filter_map { |state| "#{state} #{counts[state]}" if counts[state] }.join(", ")}"
    end

    def row(state, count, total)
      bar = "#" * (count * BAR / total.to_f).ceil
      "  #{state.ljust(16)}#{count.to_s.rjust(5)}  #{paint(state, bar)}"
    end

    def paint(state, text)
      return text unless @coloured && !text.empty?

      "\e[#{COLOURS.fetch(state.to_sym, COLOURS[:waiting])}m#{text}\e[0m"
    end

    def seconds = format("%.1f", Process.clock_gettime(Process::CLOCK_MONOTONIC) - @started)
  end
end
