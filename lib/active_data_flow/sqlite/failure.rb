# frozen_string_literal: true

module ActiveDataFlow
  # Rows on a program's own connection to SQLite, read and written without an object for each value.
  module Sqlite
    # What an exception of the sqlite3 gem carries besides when the door raised it.
    module AtRow
      # @return [Integer, nil] the row of the batch that was being written, nothing of which is in the database; nil when
      #   it was not about a row
      attr_accessor :row
    end

    # The gem's class for each code of SQLite, without its details.
    CLASSES = {
      1 => "SQL", 2 => "Internal", 3 => "Permission", 4 => "Abort", 5 => "Busy", 6 => "Locked", 7 => "Memory", 8 => "ReadOnly",
      9 => "Interrupt", 10 => "IO", 11 => "Corrupt", 12 => "NotFound", 13 => "Full", 14 => "CantOpen", 15 => "Protocol",
      16 => "Empty", 17 => "SchemaChanged", 18 => "TooBig", 19 => "Constraint", 20 => "Mismatch", 21 => "Misuse",
      22 => "Unsupported", 23 => "Authorization", 24 => "Format", 25 => "Range", 26 => "NotADatabase"
    }.freeze
    private_constant :CLASSES

    # The exception that the gem itself would raise. Called by the extension.
    # @param code [Integer] with the details in its upper bits, as in SQLITE_CONSTRAINT_UNIQUE
    # @return [::SQLite3::Exception] with {AtRow#row}
    def self.failure(code, message, row)
      exception = ::SQLite3.const_get("#{CLASSES[code & 0xff]}Exception").new(message)
      exception.instance_variable_set(:@code, code) # where the gem keeps it; it has no writer
      exception.extend(AtRow)
      exception.row = row
      exception
    end
  end
end
