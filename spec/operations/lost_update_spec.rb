# frozen_string_literal: true

require "operations"

RSpec.describe "No update is lost", req: %w[O-06 O-36] do
  let(:tally) do
    task_class("Tally") do
      has_attribute :count, :integer, default: 0
      interaction(:look!) {}
      starts_with :counting
      wait_until(:counting) do
        condition { false }
        go_to :done
      end
      result :done
    end
  end
  let(:mine) { tally.call }
  let(:older) { tally.find(mine.id) }

  before do
    older.count += 1
    mine.update(count: 10)
  end

  it "through an interaction on a copy with unsaved changes that is older than what is stored" do
    expect { older.look! }.to raise_error(Operations::Busy, /unsaved changes.*reload/)

    expect(tally.find(mine.id).count).to eq 10
  end

  it "through such a copy that was woken, and then saved" do
    older.wake_up!
    older.save!

    expect(tally.find(mine.id).count).to eq 10
  end

  it "and the error has the name under which it can be rescued, wherever it is read", req: "O-56" do
    expect { older.save! }.to raise_error { |error| expect(error).to be_instance_of(Operations::Busy) }

    copy = older
    task_class("Meddler") { action(:start) { copy.save! }.then(:done) and result(:done) }
    text = logged { Meddler.later && Operations::Runner.new.tick }

    expect(text).to include("Operations::Busy: #{older} was changed by somebody else")
    expect(text).not_to include("Fenced")
    expect(Meddler.all.first).to have_attributes(status: :failed, exception_class: "Operations::Busy")
  end
end
