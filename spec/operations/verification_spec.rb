# frozen_string_literal: true

require "spec_helper"
require "operations/verification"
require_relative "../support/tasks"

RSpec.describe Operations::Verification do
  let(:out) { StringIO.new }
  let(:sound) { task_class("Sound") { result :start } }
  let(:doubtful) { task_class("Doubtful") { %i[start island].each { |state| result state } } }
  let(:wrong) { task_class("Wrong") { action(:start) {}.then(:nowhere) } }

  def report(*classes, **options) = described_class.new(classes:, **options).report(out)

  it "is content with flowcharts that work" do
    expect(report(sound)).to be(true)
    expect(out.string).to eq("1 task class, 0 errors, 0 warnings\n")
  end

  it "is not content with nothing to check" do
    expect(report).to be(false)
    expect(out.string).to match(/^error: no task class is loaded/)
  end

  it "prints a warning and is content all the same" do
    expect(report(sound, doubtful)).to be(true)
    expect(out.string).to match(/^warning: Doubtful.*:island/).and include("2 task classes, 0 errors, 1 warning")
  end

  it "is not content with a warning when it is strict" do
    expect(report(sound, doubtful, strict: true)).to be(false)
    expect(report(sound, strict: true)).to be(true)
  end

  it "prints every error of every class and is not content" do
    expect(report(wrong, doubtful, sound)).to be(false)
    expect(out.string).to match(/^error: Wrong.*:nowhere/).and match(/^warning: Doubtful/).and match(/3 task classes, 1 error/)
  end

  it "knows what only Ruby can know: attributes that waits count from" do
    task_class("Patience") do
      has_attribute :asked_at, :datetime
      wait_until(:start) do
        after 60, since: :askd_at
        go_to :done
      end
      result :done
    end
    expect(report(Patience)).to be(false)
    expect(out.string).to match(/^error: Patience waits since :askd_at in :start/)
  end

  it "looks at every class that is loaded, and at no abstract one" do
    sound
    task_class("Base") { self.abstract_class = true }
    described_class.new.report(out)
    expect(out.string).not_to include("Base")
    expect(out.string).to match(/\d+ task classes/)
  end

  it "closes no class: what is checked can be declared on" do
    report(doubtful)
    expect { doubtful.result :more }.not_to raise_error
  end
end
