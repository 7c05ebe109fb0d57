# frozen_string_literal: true

require "spec_helper"
require "json"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Machine::Serialisation do
  let(:keys) do
    %i[id type status current_state attributes models parent_task_id exception_class exception_message
      exception_backtrace created_at updated_at wake_at timeout_at delete_at completed_at failed_at]
  end
  let(:noon) { TaskHelpers::NOON }

  before do
    stop_clock(noon + Rational(123_456, 1_000_000))
    stub_const("Person", Class.new do
      attr_reader :id

      def initialize(id) = @id = id

      def self.find(id) = new(id)

      def ==(other) = other.is_a?(self.class) && id == other.id
    end)
    task_class("Dossier") do
      has_attribute :title
      has_attribute :pages, :integer
      has_attribute :price, :decimal
      has_attribute :share, :float
      has_attribute :urgent, :boolean
      has_attribute :due, :date
      has_attribute :seen_at, :datetime
      has_attribute :extra, :json
      has_model :owner, "Person"
      has_models :readers, "Person"
      wait_until(:start) do
        condition { urgent }
        go_to :done
      end
      interaction(:fail!) { raise KeyError }
      result :done
    end
  end

  let(:full) do
    Dossier.call(title: "Größe \u{1F4C4}", pages: 2**70, price: BigDecimal("12.50"), share: 0.1, urgent: false, due: Date.new(2026, 2, 3),
      seen_at: noon + Rational(1, 1_000_000), extra: {"a" => [1, nil, {"b" => 2.5}]}, owner: Person.new(7), readers: [Person.new(8), Person.new(9)])
  end

  describe "#to_h", req: "O-31" do
    it "has exactly these keys" do
      expect(full.to_h.keys).to eq(keys)
      expect(Dossier.new.to_h.keys).to eq(keys)
    end

    it "has the status as a String and the moments as Time in UTC" do
      expect(full.to_h).to include(status: "waiting", type: "Dossier", current_state: "start", id: full.id,
        created_at: Time.now, updated_at: Time.now, wake_at: Time.now + 60, timeout_at: Time.now + 86_400,
        delete_at: nil, completed_at: nil, failed_at: nil, parent_task_id: nil, exception_class: nil)
      expect(full.to_h.values_at(:created_at, :wake_at)).to all(be_utc)
    end

    it "has models as references" do
      expect(full.to_h[:models]).to eq("owner" => {"id" => 7, "type" => "Person"},
        "readers" => [{"id" => 8, "type" => "Person"}, {"id" => 9, "type" => "Person"}])
    end

    it "has attributes that JSON can carry" do
      attributes = full.to_h[:attributes]
      expect(JSON.parse(JSON.generate(attributes))).to eq(attributes)
      expect(attributes.keys).to all(be_a(String))
    end

    it "has what went wrong" do
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      expect(Samples::Fragile.all.first.to_h).to include(status: "failed", exception_class: "ArgumentError", exception_message: "it broke",
        exception_backtrace: kind_of(String), failed_at: Time.now, delete_at: Time.now + 90 * 86_400)
    end

    it "shares nothing with the task" do
      hash = full.to_h
      hash[:attributes]["extra"]["a"] << 99
      hash[:attributes]["title"] << "!" unless hash[:attributes]["title"].frozen?
      hash[:models]["owner"]["id"] = 99 unless hash[:models]["owner"].frozen?
      hash[:models]["readers"].clear unless hash[:models]["readers"].frozen?
      expect(full.extra).to eq("a" => [1, nil, {"b" => 2.5}])
      expect(full.title).to eq("Größe \u{1F4C4}")
      expect(full.to_h[:models]["owner"]["id"]).to eq(7)
      expect(full.to_h[:models]["readers"].size).to eq(2)
    end
  end

  describe "#as_json and #to_json", req: %w[O-07 O-32] do
    it "have the fields of to_h, the moments to the microsecond" do
      expect(full.as_json).to eq(full.to_h.transform_keys(&:to_s).transform_values { |value| value.is_a?(Time) ? value.iso8601(6) : value })
      expect(full.as_json["created_at"]).to end_with("00:00.123456Z")
      expect(JSON.parse(full.to_json)).to eq(full.as_json)
      expect(JSON.generate(full)).to eq(full.to_json)
      expect(JSON.parse(JSON.pretty_generate({"tasks" => [full]}))).to eq("tasks" => [full.as_json])
    end

    it "are read back as the same task" do
      [full, Dossier.new, Dossier.later(title: ""), Dossier.call(urgent: true)].each do |task|
        expect(Operations::Task.restore_from(JSON.parse(task.to_json)).to_h).to eq(task.to_h)
      end
    end

    it "replace what is no text in the words of an error" do
      task = Dossier.new
      task.exception_message = "caf\xE9"
      expect(JSON.parse(task.to_json)["exception_message"]).to eq("caf\u{FFFD}")
      expect(task.exception_message).to eq("caf\xE9")
    end

    %w[without with].each do |word|
      it "do so #{word} ActiveSupport" do
        answer = child_ruby(<<~RUBY)
          require "operations"
          #{"require \"active_support\"; require \"active_support/json\"" if word == "with"}
          class Note < Operations::Task
            has_attribute :text
            wait_until(:start) { condition { false }; go_to :done }
            result :done
          end
          note = Note.call(text: "Größe & <b>")
          texts = [note.to_json]
          require "json"
          texts << JSON.generate(note) << [note].to_json[1..-2] << {note: note}.to_json[8..-2]
          texts << ActiveSupport::JSON.encode(note) if defined?(ActiveSupport)
          p defined?(ActiveSupport) ? 1 : 0
          p(*texts.map { |text| Operations::Task.restore_from(JSON.parse(text)).to_h == note.to_h })
        RUBY
        expect(answer.err).to be_empty
        expect(answer.out.lines.map(&:chomp)).to eq((word == "with") ? ["1", *%w[true] * 5] : ["0", *%w[true] * 4])
      end
    end
  end

  describe ".restore_from", req: %w[O-07 O-32] do
    def tasks
      failed = begin
        Samples::Fragile.call
      rescue ArgumentError
        Samples::Fragile.all.first
      end
      [full, Dossier.new, Dossier.later(title: ""), Dossier.call(urgent: true), failed]
    end

    it "gives a task that is equal in every field" do
      tasks.each do |task|
        restored = task.class.restore_from(task.to_h)
        expect(restored.to_h).to eq(task.to_h)
        expect(restored).to be_an_instance_of(task.class)
        expect(restored).not_to equal(task)
      end
    end

    it "restores the class that the record names, when it is called on a class above" do
      task_class("Thick", Dossier)
      thick = Thick.call(title: "Moby-Dick")
      [Operations::Task, Dossier, Thick].each do |klass|
        expect(klass.restore_from(thick.to_h)).to be_an_instance_of(Thick).and have_attributes(title: "Moby-Dick")
      end
      expect(Operations::Task.restore_from(full.to_h)).to be_an_instance_of(Dossier)
    end

    it "refuses a record of another class, with both names" do
      task_class("Thick", Dossier)
      expect { Thick.restore_from(full.to_h) }.to raise_error(Operations::Error,
        "Thick.restore_from was given a record of Dossier, which is not below Thick. Write: Dossier.restore_from, " \
        "or Operations::Task.restore_from for a record of any class")
    end

    it "refuses what is no registered task class, as find does", req: %w[O-32 O-82] do
      ["Kernel", "Gone", "Operations::Task"].each do |type|
        [Operations::Task, Dossier].each do |klass|
          expect { klass.restore_from(full.to_h.merge(type:)) }.to raise_error(Operations::Error, /\A"#{type}" is not a registered task class; there are .*Dossier/)
        end
      end
      expect { Operations::Task.restore_from(full.to_h.merge(type: nil)) }.to raise_error(Operations::Error, /class without a name/)
    end

    it "does so by way of JSON: String keys, times as ISO 8601" do
      tasks.each do |task|
        text = JSON.generate(task.to_h.transform_values { |value| value.is_a?(Time) ? value.iso8601(6) : value })
        expect(task.class.restore_from(JSON.parse(text)).to_h).to eq(task.to_h)
      end
    end

    it "does so for a record with its history" do
      task = full.tap(&:wake_up!)
      record = task.to_record
      text = JSON.generate(record.transform_values { |value| value.is_a?(Time) ? value.iso8601(6) : value })
      restored = Dossier.restore_from(JSON.parse(text))
      expect(restored.to_record).to eq(record)
      expect(restored.history).to eq(task.history)
    end

    it "reads times with any zone, and those without one as UTC" do
      hash = full.to_h
      ["2026-03-01T13:30:00+01:30", "2026-03-01 12:00:00", "2026-03-01T12:00:00.000000Z"].each do |text|
        expect(Dossier.restore_from(hash.merge(wake_at: text)).wake_at).to eq(noon)
      end
      expect { Dossier.restore_from(hash.merge(wake_at: "soon")) }.to raise_error(ArgumentError, /soon/)
    end

    it "gives back what was assigned, of every type" do
      restored = Dossier.restore_from(full.to_h)
      expect(restored).to have_attributes(title: "Größe \u{1F4C4}", pages: 2**70, price: BigDecimal("12.50"), share: 0.1, urgent: false,
        due: Date.new(2026, 2, 3), seen_at: noon + Rational(1, 1_000_000), extra: {"a" => [1, nil, {"b" => 2.5}]},
        owner: Person.new(7), readers: [Person.new(8), Person.new(9)])
    end

    it "takes models whose references have Symbol keys" do
      hash = full.to_h.merge(models: {owner: {id: 7, type: "Person"}})
      expect(Dossier.restore_from(hash).owner).to eq(Person.new(7))
    end

    it "gives a task that can go on" do
      hash = full.to_h
      Operations.storage.delete(hash[:id])
      restored = Dossier.restore_from(hash)
      restored.urgent = true
      expect(restored.wake_up!).to be_completed
      expect(stored(restored)).to be_completed
    end

    it "does not change the Hash it is given" do
      hash = full.to_h
      before = Marshal.load(Marshal.dump(hash))
      task = Dossier.restore_from(hash)
      task.extra["a"] << 5
      task.title = "new"
      expect(hash).to eq(before)
    end

    it "counts an after from the right moment though only the public fields were kept" do
      task_class("Patience") do
        timeout 10 * 86_400
        wait_until(:start) do
          after 3600
          go_to :done
        end
        result :done
      end
      task = Patience.call
      Operations.storage.delete(task.id)
      restored = Patience.restore_from(task.to_h)
      stop_clock(Time.now + 3599)
      expect(restored.wake_up!).to be_waiting
      stop_clock(Time.now + 1)
      expect(restored.wake_up!).to be_completed
    end

    it "refuses a status that there is not, and a Hash without one" do
      expect { Dossier.restore_from(full.to_h.merge(status: "dead")) }.to raise_error(ArgumentError, /dead/)
      expect { Dossier.restore_from(full.to_h.except(:status)) }.to raise_error(ArgumentError, /without :status/)
    end

    it "refuses what is no record, and says what one needs" do
      [nil, 7, []].each do |odd|
        expect { Operations::Task.restore_from(odd) }.to raise_error(ArgumentError, /takes a Hash as to_h, as_json or to_record made it, not #{Regexp.escape(odd.inspect)}/)
      end
      expect { Operations::Task.restore_from(full.to_json) }.to raise_error(ArgumentError, /Write: restore_from\(JSON\.parse\(text\)\)/)
      expect { Operations::Task.restore_from({}) }.to raise_error(ArgumentError, /without :type, :status, :current_state\. It needs :type, :status, :current_state/)
      expect { Dossier.restore_from(full.to_h.except(:current_state)) }.to raise_error(ArgumentError, /without :current_state/)
    end

    it "is what Marshal is referred to" do
      task = full
      expect { Marshal.dump(task) }.to raise_error(TypeError, /#{task.id}\) cannot be marshalled.*task\.to_record.*Operations::Task\.restore_from/)
      expect(Operations::Task.restore_from(Marshal.load(Marshal.dump(task.to_record)))).to eq(task)
    end

    it "gives text its very bytes back from JSON, or none at all" do
      note = task_class("Note") { has_attribute(:text) and has_attribute(:list, :json) and has_attribute(:bytes, :binary) and result(:start) }
      kept = note.new(text: "grüß", list: ["x".encode("ISO-8859-1")], bytes: "\xFF\0".b)
      read = Operations::Task.restore_from(JSON.parse(kept.to_json))
      expect(read).to have_attributes(text: "grüß", list: ["x"], bytes: "\xFF\0".b)
      {"grüß".encode("ISO-8859-1") => "text in ISO-8859-1 in :text", "hi".encode("UTF-16LE") => "text in UTF-16LE in :text", "\xFF" => "text in UTF-8 in :text"}.each do |text, words|
        expect { note.new(text:).to_json }.to raise_error(Operations::Error, /Note\(not stored\) has #{words} that is no UTF-8.*text\.encode/)
      end
      expect { note.new(list: [{"a" => ["\xFF"]}]).as_json }.to raise_error(Operations::Error, /text in :list that is no UTF-8/)
    end

    it "takes the numbers that V1 stored for a status" do
      expect(Dossier.restore_from(full.to_h.merge(status: 10))).to be_waiting
      expect(Dossier.restore_from(full.to_h.merge(status: -1))).to be_failed
    end

    it "keeps a state that the class no longer has readable, and fails it clearly when it runs" do
      hash = full.to_h
      Operations.storage.delete(hash[:id])
      gone = Dossier.restore_from(hash.merge(current_state: "removed"))
      expect(gone.current_state).to eq("removed")
      expect { gone.wake_up! }.to raise_error(Operations::InvalidState, /No handler for state: removed/)
    end
  end

  describe "a storage that keeps JSON text", req: %w[O-07 O-32] do
    before { Operations.storage = Doubles::JsonStorage.new }

    it "is enough for a whole life" do
      task = full
      found = Dossier.find(task.id)
      expect(found.to_h).to eq(task.to_h)
      found.urgent = true
      expect(found.wake_up!).to be_completed
      expect(Dossier.find(task.id)).to be_completed & be_in(:done)
      expect(Dossier.find(task.id).history.map(&:state)).to eq(%w[start done])
    end

    it "serves interactions, sub-tasks and timeouts" do
      Operations.logger = Logger.new(IO::NULL)
      parent = Samples::Sleeper.call
      child = parent.start(Samples::Sleeper)
      expect(parent.sub_tasks.to_a).to eq([child])
      stop_clock(Time.now + 5)
      expect(child.get_up!).to be_completed
      expect(stored(parent).wake_at).to eq(Time.now)
      stop_clock(Time.now + 90_000)
      expect(Operations::Runner.new.tick).to include(timed_out: 1)
      expect(stored(parent)).to be_failed
    end

    it "keeps a task whose attribute is called status apart from its own" do
      task_class("Ticket") do
        has_attribute :status, :string, default: "open"
        wait_until(:start) do
          condition { status == "closed" }
          go_to :done
        end
        interaction(:close!) { self.status = "closed" }
        result :done
      end
      ticket = Ticket.later
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(stored(ticket)).to be_waiting.and have_attributes(status: "open", task_status: "waiting")
      expect(ticket.close!).to be_completed.and have_attributes(status: "closed")
    end
  end
end
