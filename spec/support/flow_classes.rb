# frozen_string_literal: true

# Flow classes for one example. Their rows come from Arrays and go into Arrays, so no database is needed.
module FlowClasses
  # @param name [String] of the class
  # @return [Class]
  def flow(name = "OrderExportFlow", base = ActiveDataFlow::Base, &body)
    stub_const(name, Class.new(base)).tap { |klass| klass.class_eval(&body) if body }
  end

  # One that can run: from an Array, into {written}.
  def running(rows = [{id: 1}], name: "OrderExportFlow", &body)
    spec = self
    flow(name) do
      source rows
      class_eval(&body) if body
      sink { |row| spec.written << row }
    end
  end

  # @return [Array<Hash>] the rows that have come to the sink
  def written = @written ||= []

  # @return [String] what the class body was refused with
  def refused(error = ArgumentError, &body)
    flow(&body)
    raise "nothing was refused"
  rescue error => raised
    raised.message
  end
end

RSpec.configure { |config| config.include FlowClasses }
