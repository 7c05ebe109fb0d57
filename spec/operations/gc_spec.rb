# frozen_string_literal: true

# In a process of its own, which is small: under GC.stress each allocation collects everything.
RSpec.describe "a flowchart under GC.stress", req: "O-88" do
  let(:program) { <<~RUBY }
    require "operations"

    class Note < Operations::Task
      has_attribute :text
      has_attribute :tags, :json, default: []
      starts_with :long?
      decision(:long?) do
        condition { text.size > 3 }
        if_true :tag
        if_false :read?
      end
      action(:tag) { self.tags += [{"size" => text.size, "copy" => text * 2}] and start(Note, text: "abc") }.then(:read?)
      wait_until(:read?) do
        condition(label: "two tags") { tags.size == 2 }
        go_to :done
        after 3600
        go_to :forgotten
      end
      interaction(:mark!) { |tag| self.tags += [tag] }.when(:read?)
      result :done
      result :forgotten
    end

    Note.chart # compiled once, before
    GC.stress = true
    task = Note.call(text: "a note")
    task.mark!("red" => [1, 2.5, nil, 2**70])
    child = task.sub_tasks.first
    Operations.storage.claim(child.id)
    copy = Note.restore_from(Operations.storage.find(task.id).to_record)
    chart = task.to_mermaid
    GC.stress = false
    GC.verify_compaction_references(expand_heap: true, toward: :empty) if GC.respond_to?(:verify_compaction_references)
    puts task.reload.status, task.tags.inspect, child.reload.status, copy == task, task.history.map(&:state).join(","), chart.lines.first
  RUBY

  it "comes to the same end" do
    answer = child_ruby(program, env: {"RUBYOPT" => "--disable-gems"})
    expect(answer.err).to eq("")
    status, tags, child, copy, history, chart = answer.out.lines(chomp: true)
    expect([status, child, copy, history]).to eq(["completed", "active", "true", "long?,tag,read?,done"])
    expect(tags).to eq([{"size" => 6, "copy" => "a notea note"}, {"red" => [1, 2.5, nil, 2**70]}].inspect)
    expect(chart).to match(/flowchart|graph|stateDiagram/)
  end
end
