# frozen_string_literal: true

require "io/console"

module GemInventory
  # How far a run is: rows, rows a second, how long it will take, and its cursor. On a terminal one line that is drawn
  # again and again; elsewhere a line for every tenth.
  class ProgressBar
    BAR = 20
    WIDTH = 100 # where there is no terminal
    PATH = /\Astr:"(.*)"\z/m # a position that is a text, as it is stored
    private_constant :BAR, :WIDTH, :PATH

    # @param out [IO]
    # @param total [Integer] rows there are
    # @param environment [#[]] asked for TERM
    def initialize(out, total, environment = ENV)
      @out = out
      @total = total
      @live = out.tty? && environment["TERM"] != "dumb"
    end

    # @param run [ActiveDataFlow::Run] after a batch
    def show(run)
      read = run.counts[:read]
      begin_at(read) unless @first
      text = line(read, run.cursor.to_s[PATH, 1] || run.cursor.to_s)
      @live ? redraw(text, run.finished?) : report(text, read)
    end

    private

    # What another process has carried over says nothing about our speed.
    def begin_at(read)
      @first = read
      @started = now
    end

    def redraw(text, ended)
      @out.print "\r\e[K#{text}#{"\n" if ended}"
      @out.flush
    end

    def report(text, read)
      tenth = read * 10 / [@total, 1].max
      return if tenth == @reported

      @reported = tenth
      @out.puts text
      @out.flush
    end

    def line(read, cursor)
      share = @total.zero? ? 1.0 : [read / @total.to_f, 1.0].min
      known = format("  [%-#{BAR}s] %3d %%  %d of %d  %s  ", "#" * (share * BAR).floor, share * 100, read, @total, speed(read))
      known + tail(cursor, width - known.length)
    end

    def speed(read)
      seconds = now - @started
      return "     - rows/s  ETA   - s" if read == @first || seconds.zero?

      rate = (read - @first) / seconds
      format("%6d rows/s  ETA %3d s", rate, ((@total - read) / rate).clamp(0, 999).ceil)
    end

    # The end of a path says more than its beginning.
    def tail(text, room) = (text.length > room) ? "...#{text[-[room - 3, 8].max..]}" : text

    def width = @live ? @out.winsize.last - 1 : WIDTH

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
