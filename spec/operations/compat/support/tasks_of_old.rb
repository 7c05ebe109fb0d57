# frozen_string_literal: true

# What whole tasks of the gem's ancestor do, kept in its table.

RSpec.describe Operations::Task, "[tasks]" do
  by_then = proc do
    action(:start) { self.line = "#{greeting}, #{whom}." }.then(:sent)
  end
  by_go_to = proc do
    action(:start) { self.line = "#{greeting}, #{whom}." }
    go_to :sent
  end

  {".then" => by_then, "go_to" => by_go_to}.each do |word, action|
    context "with one action and #{word}" do
      let!(:klass) do
        task_class("Cards::Birthday") do
          has_attribute :whom, :string
          has_attribute :greeting, :string, default: "Dear"
          has_attribute :line, :string
          validates :whom, presence: true
          validates :greeting, presence: true
          class_eval(&action)
          result :sent
        end
      end

      it "works on what it was given" do
        expect(klass.call(whom: "Ada")).to be_completed.and have_attributes(line: "Dear, Ada.")
      end

      it "takes another value for one that has a default" do
        expect(klass.call(whom: "Ada", greeting: "Hey")).to be_completed.and have_attributes(line: "Hey, Ada.")
      end

      it "refuses a blank one as ActiveRecord does, and stores nothing" do
        expect { klass.call(whom: " ") }.to raise_error(ActiveRecord::RecordInvalid, /whom/)
        expect(rows.count).to eq(0)
      end

      it "is also run by perform_now" do
        expect(klass.perform_now(whom: "Ada")).to be_completed.and have_attributes(line: "Dear, Ada.")
      end
    end
  end

  by_answers = proc do
    condition { formal? }
    if_true :bow
    if_false :wave
  end
  by_destinations = proc do
    condition { formal? }
    go_to :bow
    condition { !formal? }
    go_to :wave
  end

  {"two answers" => by_answers, "destinations" => by_destinations}.each do |word, config|
    context "with a decision by #{word}" do
      let!(:klass) do
        task_class("Cards::Greeted") do
          has_attribute :whom, :string
          has_attribute :formal, :boolean, default: true
          has_attribute :gesture, :string
          validates :whom, presence: true
          starts_with :formal?
          decision(:formal?, &config)
          action(:bow) { self.gesture = "bows to #{whom}" }.then(:done)
          action(:wave) { self.gesture = "waves at #{whom}" }.then(:done)
          result :done
        end
      end

      it "goes the one way" do
        expect(klass.call(whom: "Ada", formal: true)).to be_completed.and have_attributes(gesture: "bows to Ada")
      end

      it "goes the other, although the default is true" do
        expect(klass.call(whom: "Ada", formal: false)).to be_completed.and have_attributes(gesture: "waves at Ada")
      end
    end
  end

  context "with models" do
    let(:ada) { User.create!(name: "Ada") }
    let(:letters) { %w[a b c].map { |name| Letter.create!(name:) } }

    it "is found by those that it indexes, under the name they have in it" do
      task_class("Cards::Bundled") do
        has_model :sender, "User"
        has_models :letters, "Letter"
        has_attribute :number, :integer, default: 0
        validates :sender, presence: true
        index :sender, :letters
        action(:start) { self.number = letters.count }.then(:done)
        result :done
      end
      task = Cards::Bundled.call(sender: ada, letters:)
      expect([task.participants.size, task.number]).to eq([4, 3])
      expect([ada.operations, ada.operations_as(:sender), ada.operations_as(:letter)]).to match([include(task), include(task), be_empty])
      expect(letters.map(&:operations)).to all(include(task))
      expect(letters.map { |letter| letter.operations_as(:letters) }).to all(include(task))
      expect(letters.flat_map { |letter| letter.operations_as(:sender) }).to be_empty
    end

    it "is no longer found by those that it has let go" do
      task_class("Cards::Thinned") do
        has_models :letters, "Letter"
        index :letters
        action(:start) { self.letters = letters.take(1) }.then(:done)
        result :done
      end
      task = Cards::Thinned.call(letters:)
      expect(task.participants.size).to eq(1)
      expect(letters.map { |letter| letter.operations.to_a }).to eq([[task], [], []])
    end

    it "is found by none where it indexes none" do
      task_class("Cards::Loose") do
        has_model :sender, "User"
        has_models :letters, "Letter"
        action(:start) {}.then(:done)
        result :done
      end
      task = Cards::Loose.call(sender: ada, letters:)
      expect(task.participants).to be_empty
      expect([ada, *letters].flat_map { |one| [*one.operations, *one.operations_as(:sender), *one.operations_as(:letters)] }).to eq([])
    end
  end

  it "starts sub-tasks, which wait" do
    part = task_class("Cards::Page") do
      has_attribute :number, :integer
      has_attribute :text, :string, default: "blank"
      action(:start) { self.text = "page #{number}" }.then(:done)
      result :done
    end
    task_class("Cards::Album") do
      has_attribute :pages, :integer, default: 1
      validates :pages, presence: true, numericality: {only_integer: true, greater_than: 0}
      action(:start) { pages.times { |number| start part, number: } }.then(:done)
      result :done
    end
    album = Cards::Album.call(pages: 3)
    expect(album).to be_completed
    expect(album.sub_tasks.size).to eq(3)
    expect(album.sub_tasks).to all(be_waiting.and(be_a(part)))
  end

  context "with one handler at a time, by test" do
    let!(:klass) do
      task_class("Cards::Franked") do
        has_attribute :country, :string, default: "CH"
        validates :country, presence: true
        starts_with :inland?
        decision :inland? do
          condition { %w[CH LI].include?(country) }
          if_true :cheap
          if_false :dear
        end
        result :cheap
        result :dear
      end
    end

    it "goes the one way" do
      expect(klass.test(:inland?, country: "LI")).to be_in(:cheap)
    end

    it "goes the other" do
      expect(klass.test(:inland?, country: "NZ")).to be_in(:dear)
    end

    it "refuses what is not valid as ActiveRecord does" do
      expect { klass.test(:inland?, country: "") }.to raise_error(ActiveRecord::RecordInvalid, /country/)
    end
  end

  context "with a wait and an interaction" do
    let!(:klass) do
      task_class("Cards::Answered") do
        has_attribute :address, :string
        has_attribute :reply, :string
        has_model :friend, "User"
        validates :address, presence: true
        delay 1.hour
        timeout 24.hours
        starts_with :post
        action(:post) {}
        go_to :answered?
        wait_until :answered? do
          condition { reply.present? }
          go_to :remember
        end
        interaction(:answer!) { |text| self.reply = text }
        action(:remember) { self.friend = User.create!(name: reply) }
        go_to :done
        result :done
      end
    end
    let(:card) { klass.call(address: "Main Street 1") }

    it "waits until somebody calls it, then goes on to its end" do
      expect(card).to be_waiting.and be_waiting_until("answered?")
      card.answer!("Bob")
      expect(card).to be_completed.and be_in("done")
      expect(stored(card).friend).to eq(User.find_by!(name: "Bob"))
    end

    it "is due at once, and after its delay when it falls asleep again" do
      expect(card).to be_waiting.and have_attributes(wakes_at: be < 1.minute.from_now, expires_at: be > 23.hours.from_now)
      card.send(:go_to_sleep!)
      expect(stored(card)).to be_waiting.and have_attributes(wakes_at: be > 59.minutes.from_now, expires_at: be > 23.hours.from_now)
    end

    it "is not woken when its time is over" do
      card.update!(wakes_at: 1.minute.ago, expires_at: 1.minute.ago)
      expect { card.wake_up! }.to raise_error(Operations::Timeout)
      expect(stored(card)).to be_failed
    end

    it "stays where it begins when it is to be run later" do
      expect(klass.perform_later(address: "Main Street 1")).to be_waiting.and be_in("post")
    end
  end
end
