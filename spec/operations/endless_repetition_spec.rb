# frozen_string_literal: true

require "operations"

RSpec.describe "A handler is not run again for ever", req: "O-42" do
  before { Operations.logger = Logger.new(IO::NULL) }

  def failing(&body)
    task_class("Failing") do
      has_attribute :list, :json
      starts_with :work
      result :done
      class_eval(&body)
    end
  end

  it "because what it left behind cannot be stored" do
    klass = failing { action(:work) { (self.list = []) && list << Object.new }.then(:done) }
    task = klass.later

    expect(Operations::Runner.new.tick).to include(failed: 1)
    expect(task.reload).to have_attributes(failed?: true, exception_class: "ArgumentError", list: nil)
  end

  it "because the wait of its retry_on raises" do
    klass = failing do
      retry_on IOError, wait: ->(_tries) { raise KeyError, "no wait" }
      action(:work) { raise IOError, "no line" }.then(:done)
    end
    task = klass.later

    expect(Operations::Runner.new.tick).to include(failed: 1)
    expect(task.reload).to have_attributes(failed?: true, exception_class: "KeyError")
  end
end
