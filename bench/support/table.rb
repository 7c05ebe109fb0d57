# frozen_string_literal: true

module Bench
  # Prints rows of text under headings, as a Markdown table, so that it can go into README.md as it is.
  module Table
    module_function

    def print(title, headings, rows, out: $stdout)
      widths = [headings, *rows].transpose.map { |column| column.map { |cell| cell.to_s.length }.max }
      out.puts "", "### #{title}", "", line(headings, widths), line(widths.map { |width| "-" * width }, widths)
      rows.each { |row| out.puts line(row, widths) }
    end

    # The machine and the Ruby that the numbers belong to.
    def machine(out: $stdout)
      out.puts "#{cpu}, #{processors} cores; ruby #{RUBY_VERSION}p#{RUBY_PATCHLEVEL} #{RUBY_PLATFORM}; " \
        "#{Bench.yjit? ? "YJIT built in" : "no YJIT in this Ruby, so that mode is left out"}; #{Time.now.utc.strftime("%Y-%m-%d")}"
    end

    # @return [String] `1234567` as "1,234,567"
    def number(value) = value.round.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")

    # @return [String] seconds in the unit that fits
    def duration(seconds)
      case seconds
      when 1.. then format("%.2f s", seconds)
      when 1e-3.. then format("%.2f ms", seconds * 1e3)
      when 1e-6.. then format("%.2f µs", seconds * 1e6)
      else format("%.0f ns", seconds * 1e9)
      end
    end

    def bytes(value) = (value >= 1 << 20) ? "#{number(value / (1 << 20))} MB" : "#{number(value)} B"

    # @return [String] "-" where a count was too small for one side to be measured
    def ratio(value)
      return "-" unless value.to_f.finite?

      (value >= 100) ? "#{number(value)}x" : format("%.1fx", value)
    end

    def line(cells, widths) = "| #{cells.zip(widths).map { |cell, width| cell.to_s.ljust(width) }.join(" | ")} |"

    def cpu
      return RbConfig::CONFIG["host_cpu"] unless File.exist?("/proc/cpuinfo")
      File.read("/proc/cpuinfo")[/^model name\s*:\s*(.+)$/, 1] || RbConfig::CONFIG["host_cpu"]
    end

    def processors
      require "etc"
      Etc.nprocessors
    end
    private_class_method :line, :cpu, :processors
  end
end
