# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"
require_relative "../support/doubles"

RSpec.describe Operations::Registry, req: "O-82" do
  describe ".fetch" do
    it "gives the task class of that name" do
      expect(described_class.fetch("Samples::Approval")).to equal(Samples::Approval)
    end

    ["Kernel", "Object", "File", "Operations::Registry", "Operations::Storage::Memory", "Samples", "nothing", "::Samples::Approval",
      "Samples::Approval::", "Samples/Approval", "samples::approval", " Samples::Approval", "Samples::Approval\n", "system('ls')", "Operations::Task"].each do |name|
      it "refuses #{name.inspect}, by name" do
        expect { described_class.fetch(name) }.to raise_error(Operations::Error, /#{Regexp.escape(name.inspect)}/)
      end
    end

    it "says what there is, and what may be missing" do
      expect { described_class.fetch("Kernel") }.to raise_error(Operations::Error, /Samples::Approval.*loaded.*Operations::Task/m)
    end

    it "refuses what is no name" do
      [nil, "", 5, :Kernel].each { |name| expect { described_class.fetch(name) }.to raise_error(Operations::Error) }
    end

    it "loads nothing: a name from a database triggers no autoload" do
      stub_const("Trap", Module.new)
      Trap.autoload(:Door, File.join(__dir__, "no_such_file.rb"))
      expect { described_class.fetch("Trap::Door") }.to raise_error(Operations::Error, /Trap::Door/)
    end

    it "gives the newest class of a name, as after a reload of code" do
      old = task_class("Reloaded") { result :start }
      expect(described_class.fetch("Reloaded")).to equal(old)
      new = task_class("Reloaded") { result :start }
      expect(described_class.fetch("Reloaded")).to equal(new)
    end
  end

  describe ".all" do
    it "is every task class that has a name and is not abstract, once, by name" do
      2.times { task_class("Twice") }
      Class.new(Samples::Approval)
      task_class("Abstract") { self.abstract_class = true }
      names = described_class.all.map(&:name)
      expect(names).to include("Samples::Approval", "Samples::Sleeper", "Twice")
      expect(names).not_to include("Abstract", nil, "Operations::Task")
      expect(names).to eq(names.uniq.sort)
    end

    it "has the newest class of a name" do
      task_class("Twice")
      newest = task_class("Twice")
      expect(described_class.all).to include(newest)
    end
  end

  describe ".names_below" do
    it "is the class and all below it" do
      task_class("Child", Samples::Sleeper)
      task_class("Grandchild", Child)
      expect(described_class.names_below(Samples::Sleeper)).to include("Samples::Sleeper", "Child", "Grandchild")
      expect(described_class.names_below(Child)).to contain_exactly("Child", "Grandchild")
    end

    it "does not count a class whose name means another by now" do
      task_class("Moved", Samples::Sleeper)
      task_class("Moved", Samples::Instant)
      expect(described_class.names_below(Samples::Sleeper)).not_to include("Moved")
      expect(described_class.names_below(Samples::Instant)).to include("Moved")
    end
  end

  describe "a stored type" do
    let(:storage) { Operations.storage = Doubles::JsonStorage.new }

    it "is refused with its name when it is no task class; nothing of that name is touched" do
      storage
      stub_const("Bystander", Class.new { def self.restore_from(*) = raise("it was touched") })
      task = Samples::Instant.call
      row = storage.rows[task.id]
      %w[Kernel Bystander].each do |name|
        storage.rows[task.id] = row.sub("Samples::Instant", name)
        expect { Operations::Task.find(task.id) }.to raise_error(Operations::Error, /"#{name}" is not a registered task class/)
        expect { Operations.storage.sleeping_tasks }.to raise_error(Operations::Error, /"#{name}"/)
      end
    end

    it "is refused where no class is loaded" do
      answer = child_ruby("require 'operations'; Operations::Registry.fetch('Lost') rescue puts $!.message", gems: false)
      expect(answer.out).to start_with('"Lost" is not a registered task class; none is loaded. Is its file loaded')
    end

    it "is refused in the memory too, when the name is another's by now" do
      task_class("Temporary") { result :start }
      id = Temporary.call.id
      expect(Operations::Task.find(id)).to be_a(Temporary)
      stub_const("Temporary", Class.new)
      expect { Operations::Task.find(id) }.to raise_error(Operations::Error, /"Temporary" is not a registered task class/)
    end
  end
end
