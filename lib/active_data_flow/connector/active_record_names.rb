# frozen_string_literal: true

# The connectors that lean on ActiveRecord, by name. Their files are read when one is first used, and the library with
# them; until then the names are there, so that what `ActiveRecord` means inside of a connector never changes.
module ActiveDataFlow
  source = File.join(__dir__, "source/active_record.rb")
  sink = File.join(__dir__, "sink/active_record.rb")

  Connector::Source.autoload :ActiveRecord, source
  Connector::Source.autoload :ActiveRecordSource, source
  Connector::Sink.autoload :ActiveRecord, sink
  Connector::Sink.autoload :ActiveRecordSink, sink
  autoload :ActiveRecordSource, source
  autoload :ActiveRecordSink, sink
end
