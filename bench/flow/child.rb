# frozen_string_literal: true

module Bench
  module Flow
    # The process of one implementation: what it is told, the connections it may ask for, and the measuring.
    class Child
      # @return [Class] the workload
      attr_reader :workload
      # @return [Integer] how many of the source's rows are carried
      attr_reader :rows

      def initialize(workloads, workload:, implementation:, address:, rows:)
        @workload = workloads.find { |one| one.title == workload }
        @implementation = @workload.implementations.find { |one| one.name == implementation }
        @address = address
        @rows = rows
      end

      # @return [Hash] seconds and bytes, or {absent:} with the reason
      def measure
        work = @implementation.maker.call(self)
        work.prepare if work.respond_to?(:prepare)
        GC.start
        start = Bench.resident_bytes
        Bench.forget_peak
        said = nil
        times = clocked { said = work.call }
        {**times, start:, peak: Bench.peak_bytes, said: said.is_a?(Hash) ? said : {}}
      rescue Absent => error
        {absent: error.message}
      end

      # @return [Array<Hash>] source and sink, as `establish_connection` takes them
      def configs = @workload.place.configs(@address, apart: @implementation.apart)

      # @return [Integer] the key of the last row
      def upto = Orders.last_key(@rows)

      # @return [String] the SQL that yields the sink's rows
      def select(*conditions, **options) = @workload.select(*conditions, **options)

      # The row in Ruby.
      def row = @workload.row

      # @return [Array<String>] of the sink
      def columns = Orders::COPIES.keys.map(&:to_s)

      # @yield [first, last] keys of windows of so many rows: more than the first, up to the last
      def windows(size)
        (0...@rows).step(size) { |start| yield Orders.last_key(start), Orders.last_key([start + size, @rows].min) }
      end

      # ActiveRecord with the two models, connected.
      def active_record
        require "active_record"
        require_relative "models"
        source, sink = configs
        ActiveRecord::Base.establish_connection(**sink)
        SourceRecord.establish_connection(**source) unless source == sink
        [Order, OrderCopy].each(&:load_schema)
      end

      # @param config [Hash] one of {configs}
      # @return [PG::Connection]
      def pg(config)
        require "pg"
        PG.connect(host: config[:host], port: config[:port], user: config[:username], dbname: config[:database])
      end

      # @param config [Hash] one of {configs}
      # @return [SQLite3::Database]
      def sqlite(config)
        require "sqlite3"
        SQLite3::Database.new(config[:database]).tap do |database|
          Sqlite::PRAGMAS.each { |name, value| database.execute("PRAGMA #{name} = #{value}") }
        end
      end

      private

      def clocked
        wall, cpu = now(Process::CLOCK_MONOTONIC), cpu_seconds
        yield
        {wall: now(Process::CLOCK_MONOTONIC) - wall, cpu: cpu_seconds - cpu}
      end

      def now(clock) = Process.clock_gettime(clock)

      # With the processes that were started and waited for; a database server's is not in it.
      def cpu_seconds
        times = Process.times
        times.utime + times.stime + times.cutime + times.cstime
      end
    end
  end
end
