# frozen_string_literal: true

# A flow that stands still in a row until it may go on, so that others come while it is at work.
RSpec.shared_context "a flow at work" do
  attr_accessor :well

  def gate = @gate ||= [Queue.new, Queue.new]

  # @return [Class] stands still in row 150 until it may go on
  def waiting(&more)
    spec = self
    flow do
      source :orders
      batch_size 100
      transform { |row| spec.stand_still if row[:id] == 150 && !spec.well }
      sink :exports
      class_eval(&more) if more
    end
  end

  # Called by the flow.
  def stand_still
    gate[0] << 1
    gate[1].pop
  end

  # @yieldparam run [ActiveDataFlow::Run] while the flow stands still
  # @return [ActiveDataFlow::Run] its end
  def meanwhile(klass)
    thread = Thread.new { klass.run_now }
    gate[0].pop
    yield ActiveDataFlow::Run.new(store, store.runs.first)
    gate[1] << 1
    thread.value
  end

  def store = ActiveDataFlow::ActiveRecord::Stores.for(nil)
end
