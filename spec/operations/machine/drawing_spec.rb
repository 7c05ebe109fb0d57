# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Drawing do
  # What a Mermaid flowchart says: label by id, and arrows as [from, to, label].
  def read_mermaid(text)
    expect(text.lines.first.chomp).to eq("flowchart TD")
    labels = text.scan(/^\s*(\w+)(?:\[|\{+|\(\[)"(.*?)"/).to_h
    arrows = text.scan(/^\s*(\w+)(?:\(\(" "\)\))? -(?:-|\.-)>(?:\|"(.*?)"\|)? (\w+)/).map { |from, label, to| [labels[from] || from, labels[to] || to, label] }
    [labels, arrows]
  end

  describe ".to_mermaid" do
    it "has every state, the first one, and the lines between them with their labels" do
      labels, arrows = read_mermaid(Samples::Approval.to_mermaid)
      expect(labels.values).to include("small?", "approved?", "pay", "paid", "refused")
      expect(arrows).to include(["begin", "small?", nil], ["small?", "pay", "yes"], ["small?", "approved?", "no"],
        ["approved?", "pay", "approver is known"], ["pay", "paid", nil])
    end

    it "has the interactions at the states where they may be called" do
      text = Samples::Approval.to_mermaid
      expect(text).to include("approve!", "refuse!")
    end

    it "has dashed lines for where interactions and on_timeout lead, with their names", req: %w[O-45 O-47] do
      task_class("Offer") do
        on_timeout { go_to :expired }
        wait_until(:start) {}
        interaction(:accept!) { go_to :sold }.when(:start)
        interaction(:call_off!) { go_to :expired }
        result :sold
        result :expired
      end
      text = Offer.to_mermaid
      expect(text).to include('s0 -.->|"accept!"| s1', 's0 -.->|"timeout"| s2')
      expect(text).to match(/i0>"call_off!"\]\n  i0 -\.-> s2/)
      expect(Offer.to_dot).to include('s0 -> s1 [label="accept!", style=dashed];', 's0 -> s2 [label="timeout", style=dashed];')
    end

    it "has dashed lines for what the blocks of states say beside the flowchart", req: %w[O-44 O-45] do
      task_class("Detour") do
        action(:start) { go_to :away if far? }.then(:near?)
        decision(:near?) do
          condition { near? }
          if_true { home? ? :done : :away }
          if_false :away
        end
        result :away
        result :done
      end
      expect(Detour.to_mermaid).to include("s0 --> s1", "s0 -.-> s2", 's1 -.->|"yes"| s3', 's1 -.->|"yes"| s2', 's1 -->|"no"| s2')
    end

    it "has an after with its length" do
      task_class("Patience") do
        wait_until(:start) do
          after 3600
          go_to :done
        end
        result :done
      end
      _labels, arrows = read_mermaid(Patience.to_mermaid)
      expect(arrows).to include(["start", "done", a_string_matching(/1 hour/)])
    end

    it "marks nothing: it is about the class" do
      expect(Samples::Approval.to_mermaid).not_to include("classDef")
    end

    it "can be drawn of a chart that has errors: that is when one looks" do
      task_class("Lost") { action(:start) {}.then(:nowhere) }
      expect(Lost.to_mermaid).to include("start")
      expect(Lost.to_dot).to include("start")
    end

    it "can hold names that mean something to Mermaid and Graphviz" do
      task_class("Odd") do
        starts_with 'say "hi" [now]'
        action('say "hi" [now]') {}.then(:"end; graph {")
        result :"end; graph {"
      end
      expect(Odd.to_mermaid).not_to match(/say "hi"/)
      expect(Odd.to_mermaid.scan('"').size).to be_even
      expect(Odd.to_dot).to include('say \"hi\" [now]')
      expect(Odd.call).to be_completed
    end
  end

  describe ".to_dot" do
    it "is a digraph with every state and line" do
      text = Samples::Approval.to_dot
      expect(text).to match(/\Adigraph "Samples::Approval" \{.*\}\s*\z/m)
      expect(text).to include('"small?"', '"approved?"', '"refused"', 'label="yes"', 'label="approver is known"')
      expect(text).not_to include("penwidth=4")
    end

    it "is read by Graphviz, where there is one", if: system("which dot > /dev/null 2>&1") do
      out, status = Programs.run_together("dot", "-Tsvg", stdin_data: Samples::Approval.call(amount: 500).to_dot)
      expect(status).to be_success, out
      expect(out).to include("approved?")
    end
  end

  describe "#to_mermaid and #to_dot" do
    it "mark the current state and the path that was taken" do
      task = Samples::Approval.call(amount: 500)
      labels, = read_mermaid(task.to_mermaid)
      ids = labels.to_h { |id, label| [label[/[\w?]+/], id] }
      expect(task.to_mermaid).to match(/^\s*class #{ids["approved?"]} current/)
      expect(task.to_mermaid).to match(/^\s*class [\w,]*#{ids["small?"]}[\w,]* visited/)
      expect(task.to_mermaid).not_to match(/^\s*class [\w,]*#{ids["pay"]}\b/)
      expect(task.to_mermaid).to include("linkStyle")
      expect(task.to_dot).to match(/"approved\?[^\n]*penwidth=4/)
    end

    it "go along with the task" do
      task = Samples::Approval.call(amount: 500)
      task.refuse!
      expect(task.to_dot).to match(/"refused[^\n]*penwidth=4/)
      expect(task.to_dot).to match(/s1 -> s4 \[[^\]]*dashed[^\]]*penwidth=3/)
      expect(stored(task).to_mermaid).to eq(task.to_mermaid)
    end

    it "mark the line that was taken, not another between the same states", req: %w[O-45 O-47] do
      task_class("Offer") do
        has_attribute :taken, :boolean
        on_timeout { go_to :over }
        wait_until(:start) do
          condition { taken? }
          go_to :over
        end
        interaction(:call_off!) { go_to :over }.when(:start)
        result :over
      end
      by_hand = Offer.call.tap(&:call_off!)
      in_time = Offer.call.tap { |task| task.taken = true }.wake_up!
      late = Offer.call.tap { |task| task.update(timeout_at: Time.now - 1) }.wake_up!
      drawn = [in_time, by_hand, late].map { |task| task.to_mermaid[/linkStyle (\S+)/, 1] }
      expect(drawn).to eq(%w[1 2 3])
      expect(by_hand.to_dot.lines.grep(/penwidth=3/)).to contain_exactly(/label="call_off!"/)
    end

    it "show what has become of a task that failed" do
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      task = Samples::Fragile.all.first
      expect(task.to_mermaid).to include("failed")
      expect(task.to_dot).to include("failed")
    end

    it "can be asked of a new task, and of one in a handler" do
      expect(Samples::Approval.new.to_mermaid).to include("current")
      drawn = nil
      task_class("Artist") do
        action(:start) { drawn = to_mermaid }.then(:done)
        result :done
      end
      Artist.call
      expect(drawn).to include("class s0 current")
    end
  end
end
