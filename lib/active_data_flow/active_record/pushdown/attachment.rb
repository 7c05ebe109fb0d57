# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # The source's SQLite file, joined to the sink's connection for the length of a run: read-only, under a name of our
      # own, and never anything but the source.
      class Attachment
        APART = "source and sink are in different databases"
        NAMELESS = "source and sink are in different files, and this SQLite was compiled without USE_URI, so that it attaches none read-only"
        private_constant :APART, :NAMELESS

        # @param source [SourceEnd]
        # @param sink [SinkEnd]
        # @return [String, nil] why they cannot be joined: they are no two SQLite files, or this SQLite opens none read-only
        #   by its name
        def self.refusal(source, sink)
          return APART unless source.dialect == :sqlite && sink.dialect == :sqlite && source.plain?
          return APART unless [source, sink].all? { |one| file(one) }

          sink.table.with_connection do |connection|
            next APART if connection.transaction_open?

            NAMELESS unless connection.select_value("SELECT sqlite_compileoption_used('USE_URI')") == 1
          end
        end

        # @return [String, nil] the path; nil for a database in memory
        def self.file(side)
          path = side.table.with_connection { |connection| connection.select_rows("PRAGMA database_list").find { |_, name, _| name == "main" }&.last }
          path unless path.to_s.empty?
        end

        # @param source [SourceEnd]
        # @param sink [SinkEnd]
        def initialize(source, sink)
          @source = source
          @sink = sink
          @name = "adf_#{SecureRandom.hex(6)}"
        end

        # Joins it to the connection that this thread keeps from now on.
        # @return [self]
        def open
          @leased = !@sink.pool.active_connection?
          path = self.class.file(@source).gsub(/[?#%]/) { |sign| format("%%%02X", sign.ord) }
          kept.execute("ATTACH #{kept.quote("file:#{path}?mode=ro")} AS #{@name}", "ActiveDataFlow attach")
          self
        rescue ::ActiveRecord::ActiveRecordError
          give_back
          raise
        end

        # Parts from it; the connection goes back to its pool where it came from there.
        def close
          kept.execute("DETACH #{@name}", "ActiveDataFlow detach")
        ensure
          give_back
        end

        # @param table [Table] of the source's file
        # @return [String] how the sink's connection finds it
        def place(table) = "#{@name}.#{table.quoted_name} #{table.quoted_name}"

        private

        def give_back = (@sink.pool.release_connection if @leased)

        def kept = @sink.pool.respond_to?(:lease_connection) ? @sink.pool.lease_connection : @sink.pool.connection
      end
    end
  end
end
