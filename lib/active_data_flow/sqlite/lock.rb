# frozen_string_literal: true

module ActiveDataFlow
  module Sqlite
    # Gets the extension into a connection, once, and finds the connection by what it then says.
    # @api private
    class Lock
      CALL = "SELECT active_data_flow_door()"
      private_constant :CALL

      # @return [String, nil] why it stayed shut
      attr_reader :refusal

      def initialize(raw)
        @raw = raw
      end

      # @yieldparam call [::SQLite3::Statement]
      # @yieldparam connection [Native::SqliteConnection]
      # @return what the block returns; nil when it stays shut
      def open
        call = @raw.closed? ? refuse("the connection is closed") : prepared
        return unless call

        connection = Native::SqliteConnection.find(call)
        return yield call, connection if connection

        call.close
        refuse("the library at #{library} is not the one that this process has loaded; start the process again")
      end

      private

      def refuse(reason)
        @refusal = reason
        nil
      end

      # The connection knows the function from an earlier door, or learns it now.
      def prepared
        @raw.prepare(CALL)
      rescue ::SQLite3::SQLException
        load_library ? @raw.prepare(CALL) : nil
      end

      def load_library
        return refuse("the sqlite3 gem of this program was built without loading of extensions") unless loads?
        return refuse("the file of active_data_flow's own library is not known") unless library

        allowing { @raw.load_extension(library) }
        true
      rescue ::SQLite3::Exception, RuntimeError => error # RuntimeError: the gem before 2.0
        refuse("SQLite did not load #{library}: #{error.message}")
      end

      def loads? = @raw.respond_to?(:enable_load_extension) && @raw.respond_to?(:load_extension)

      # For SQL the door stays shut: `SELECT load_extension(..)` is refused again afterwards.
      def allowing
        @raw.enable_load_extension(true)
        yield
      ensure
        @raw.enable_load_extension(false)
      end

      # Wherever RubyGems or a checkout keeps it, this is the file that Ruby has loaded.
      def library
        @library ||= $LOADED_FEATURES.reverse_each.find { |path| File.basename(path, ".*") == "active_data_flow_native" }
      end
    end
  end
end
