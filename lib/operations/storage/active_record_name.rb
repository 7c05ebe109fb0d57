# frozen_string_literal: true

# Tasks in a table; loaded by who names it. Said once: said again while a thread loads it, Ruby would lock the file for whoever comes
# then apart from that thread, and each would wait for the other.
Operations::Storage.autoload :ActiveRecord, "operations/storage/active_record"
