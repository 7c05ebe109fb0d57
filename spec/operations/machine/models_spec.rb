# frozen_string_literal: true

RSpec.describe Operations::Machine::Models, req: "O-51" do
  def declare(...) = AttributeHost.declare(...)

  before do
    stub_const("User", Class.new(AttributeRecord))
    stub_const("Admin", Class.new(User))
    stub_const("Document", Class.new(AttributeRecord))
  end

  let(:ada) { User.new(1) }
  let(:report) { Document.new(7) }

  describe "has_model" do
    let(:order) { declare { has_model :user, "User" } }

    it "keeps the object that was assigned, and finds it again by its reference" do
      task = order.new(user: ada)

      expect(task.user).to be(ada)
      expect(task.serialised_models).to eq("user" => {"id" => 1, "type" => "User"})
      expect(task.saved.user).to be(ada)
    end

    it "takes nil, and is nil when nothing was assigned" do
      expect(order.new.user).to be_nil
      expect(order.new(user: nil).saved.user).to be_nil
      expect(order.new(user: ada).tap { |task| task.user = nil }.saved).to have_attributes(user: nil, user_id: nil)
    end

    it "is nil when the record is gone" do
      task = order.new(user: ada).saved
      ada.delete

      expect(task.user).to be_nil
    end

    it "says so when its class has no way to look for it" do
      stub_const("Ticket", Struct.new(:id))
      task = declare { has_model :ticket, "Ticket" }.new(ticket: Ticket.new(7)).saved

      expect { task.ticket }.to raise_error(Operations::Error, "Ticket answers neither find_by nor find, so the Ticket with the id 7 " \
        "cannot be located. Write def self.find(id) in Ticket, or keep what the task needs of it in an attribute (has_attribute)")
    end

    it "is looked up once, and not before somebody asks" do
      task = order.new(user: ada).saved
      expect(User).to receive(:find_by).once.and_call_original

      task.serialised_models
      2.times { task.user }
    end

    it "has an id without a look-up, before and after it was stored" do
      task = order.new(user: ada)
      expect(task.user_id).to eq(1)

      stored = task.saved
      expect(User).not_to receive(:find_by)
      expect(stored.user_id).to eq(1)
      expect(order.new.user_id).to be_nil
    end

    it "leaves name_id to an attribute of that name, in whichever order they are declared" do
      both = [%i[attribute model], %i[model attribute]].map do |words|
        declare do
          words.each { |word| (word == :model) ? has_model(:user, "User") : has_attribute(:user_id, :integer) }
        end
      end

      expect(both.map { |order| order.new(user: ada, user_id: 99).user_id }).to eq([99, 99])
    end

    it "may be called object, and then leaves object_id alone" do
      task = declare { has_model :object }.new(object: ada)

      expect(task.object).to be(ada)
      expect(task.object_id).to eq(task.__id__)
    end

    it "takes references with Symbol keys, as a storage on JSON may give them" do
      ada
      expect(order.restore({}, {user: {id: 1, type: "User"}}).user).to be(ada)
    end

    it "refuses to store a model that has no id yet, and says what to do" do
      expect { order.new(user: User.new(nil)).serialised_models }.to raise_error(
        ArgumentError, "Order.user cannot be stored: a User without an id. Save it first."
      )
    end

    it "refuses to store a model whose class has no name" do
      task = declare { has_model :thing }.new(thing: Class.new(AttributeRecord).new(1))

      expect { task.serialised_models }.to raise_error(ArgumentError, /without a class name/)
    end

    it "takes the class itself too, and finds it by name so that reloaded code is found" do
      task = declare { has_model :user, User }.new(user: ada).saved
      stub_const("User", Class.new(AttributeRecord))
      anew = User.new(1)

      expect(task.user).to be(anew)
    end
  end

  describe "has_models" do
    let(:order) { declare { has_models :documents, "Document" } }

    it "keeps order and duplicates" do
      other = Document.new(3)
      task = order.new(documents: [report, other, report])

      expect(task.documents).to eq([report, other, report])
      expect(task.saved.documents).to eq([report, other, report])
    end

    it "makes a list of nil, of one object, and of a Set" do
      expect(order.new.documents).to eq([])
      expect(order.new(documents: nil).saved.documents).to eq([])
      expect(order.new(documents: report).documents).to eq([report])
      expect(order.new(documents: Set[report]).documents).to eq([report])
    end

    it "takes a Struct for one model" do
      stub_const("Note", Struct.new(:id))
      note = Note.new(1)

      expect(declare { has_models :notes }.new(notes: note).notes).to eq([note])
    end

    it "leaves out the records that are gone" do
      other = Document.new(3)
      task = order.new(documents: [report, other]).saved
      report.delete

      expect(task.documents).to eq([other])
    end

    it "reads a frozen Array, so that << raises instead of being lost" do
      task = order.new(documents: [report])

      expect { task.documents << report }.to raise_error(FrozenError)
      expect { task.saved.documents << report }.to raise_error(FrozenError)
      expect { order.new.documents << report }.to raise_error(FrozenError)
    end

    it "does not freeze the list that it was given, nor follow what happens to it" do
      list = [report]
      task = order.new(documents: list)
      list << report

      expect(task.documents.size).to eq(1)
    end

    it "refuses nil inside the list, saying where" do
      expect { order.new(documents: [report, nil]) }.to raise_error(ArgumentError, "Order.documents was given nil at position 1 of 2; leave it out.")
    end

    it "may mix classes where none is declared" do
      task = declare { has_models :things }.new(things: [ada, report])

      expect(task.saved.things).to eq([ada, report])
    end
  end

  describe "the class that was declared" do
    let(:order) do
      declare do
        has_model :user, "User"
        has_models :documents, "Document"
      end
    end

    it "is a validation: another class is an error on the name" do
      task = order.new(user: report, documents: [report, ada])

      expect(task).not_to be_valid
      expect(task.errors.to_hash).to eq(user: ["must be a User, is a Document"], documents: ["must be a Document, is a User"])
      expect { task.validate! }.to raise_error(Operations::ValidationError, "user must be a User, is a Document, documents must be a Document, is a User")
    end

    it "is met by itself, by a subclass, by nil, and by a proxy that answers for it" do
      proxy = Object.new
      proxy.define_singleton_method(:is_a?) { |type| type == User }

      expect([ada, Admin.new(2), nil, proxy].map { |user| order.new(user:) }).to all(be_valid)
    end

    it "is not asked for where none is declared" do
      expect(declare { has_model :owner }.new(owner: report)).to be_valid
    end

    it "may be a module" do
      stub_const("Approvable", Module.new)
      Document.include(Approvable)
      order = declare { has_model :subject, "Approvable" }

      expect(order.new(subject: report)).to be_valid
      expect(order.new(subject: ada)).not_to be_valid
    end

    it "must be the name of a class" do
      expect { declare { has_model :user, "a user" } }.to raise_error(
        ArgumentError, 'Order: has_model :user, "a user": this is no name of a class. Write: has_model :user, "User"'
      )
    end
  end

  describe "changes" do
    let(:order) { declare { has_model :user, "User" } }

    it "are there after an assignment, until the task is stored, whoever looks at it in between" do
      task = order.new(user: ada).saved
      task.user = Admin.new(2)
      task.serialised_models

      expect(task).to have_attributes(changed?: true, _data_changed?: true, unsaved_data: {"user" => task.user})

      task.data_saved!

      expect(task).to have_attributes(changed?: false, _data_changed?: false, unsaved_data: {})
    end

    it "are none when a model was only read" do
      task = order.new(user: ada).saved
      task.user

      expect(task._data_changed?).to be(false)
    end
  end

  describe "names" do
    it "are given by #models, located" do
      order = declare do
        has_model :user, "User"
        has_models :documents, "Document"
      end

      expect(order.new(user: ada, documents: report).saved.models).to eq("user" => ada, "documents" => [report])
    end

    it "that the task itself needs are refused, and so is that of an attribute" do
      expect { declare { has_model :parent } }.to raise_error(ArgumentError, /has_model :parent is taken/)
      expect { declare { has_model :parent_task } }.not_to raise_error
      expect do
        declare do
          has_attribute :owner
          has_models :owner
        end
      end.to raise_error(ArgumentError, "Order: has_models :owner, but owner is an attribute already. Give one of them another name.")
    end

    it "are inherited, and may be declared until the class is used", req: "O-53" do
      parent = declare("Parent") { has_model :user, "User" }
      child = Class.new(parent) { has_model :document, "Document" }
      parent.freeze_attribute_tables

      expect(child.new(user: ada, document: report).saved.models).to eq("user" => ada, "document" => report)
      expect { parent.new(document: report) }.to raise_error(ArgumentError, "Parent has no attribute :document; it has :user.")
      expect { parent.has_model :late }.to raise_error(Operations::Error, /declare has_model before its first use/)
    end

    it "that are not declared (any more) keep their references" do
      order = declare { has_model :user, "User" }.restore({}, {"user" => nil, "older" => {"id" => 1, "type" => "Gone"}})

      expect(order.serialised_models).to eq("user" => nil, "older" => {"id" => 1, "type" => "Gone"})
    end
  end

  describe "on a task" do
    before do
      stub_const("Review", Class.new(Operations::Task) do
        has_model :user, "User"
        has_model :reviewer
        has_models :documents, "Document"
        starts_with :pick
        action(:pick) do
          self.reviewer = user
          to_h
        end.then(:picked)
        action(:picked) {}.then(:signed?)
        wait_until(:signed?) do
          condition { documents.none? }
          go_to :done
        end
        result :done
      end)
    end

    it "are stored by reference, also one that a handler assigned and looked at" do
      found = Review.find(Review.call(user: ada, documents: [report, report]).id)

      expect(found).to have_attributes(user: ada, reviewer: ada, documents: [report, report])
      expect(found.to_h[:models]).to include("user" => {"id" => 1, "type" => "User"}, "reviewer" => {"id" => 1, "type" => "User"})
    end

    it "of another class are refused before anything is stored" do
      expect { Review.call(user: report) }.to raise_error(Operations::ValidationError, "user must be a User, is a Document")
      expect(Review.all).to eq([])
    end

    it "of a stored class that was not declared are not looked up", req: "O-82" do
      stored = Review.call(user: ada).to_h
      crafted = Review.restore_from(stored.merge(models: {"user" => {"id" => "exit", "type" => "Kernel"}}))

      expect { crafted.user }.to raise_error(Operations::Error, /Review\.user is stored as a "Kernel", but may only be a User/)
    end
  end

  describe "what may be looked up", req: "O-82" do
    let(:order) { declare { has_model :user, "User" } }

    %w[Kernel Document Object File user ::User User::Kernel].push("", nil, 7).each do |type|
      it "is not #{type.inspect}, when a User was declared" do
        ada
        task = order.restore({}, {"user" => {"id" => 1, "type" => type}})
        expect(Operations.storage).not_to receive(:deserialise_model)

        expect { task.user }.to raise_error(Operations::Error) { |error|
          expect(error.message).to eq("Order.user is stored as a #{type.inspect}, but may only be a User, or a subclass of it that is loaded. Nothing was looked up.")
          expect(error.task).to be(task)
        }
      end
    end

    it "is refused without resolving the stored name, so that nothing is autoloaded by it" do
      expect(Object).not_to receive(:const_missing)

      expect { order.restore({}, {"user" => {"id" => 1, "type" => "NotThereYet"}}).user }.to raise_error(Operations::Error)
    end

    it "is a subclass of the declared class, and one below that" do
      stub_const("Owner", Class.new(Admin))
      owner = Owner.new(3)

      expect(order.restore({}, {"user" => {"id" => 3, "type" => "Owner"}}).user).to be(owner)
    end

    it "is, in a list, refused for each entry" do
      report
      task = declare { has_models :documents, "Document" }
        .restore({}, {"documents" => [{"id" => 7, "type" => "Document"}, {"id" => 7, "type" => "Kernel"}]})

      expect { task.documents }.to raise_error(Operations::Error, /Order\.documents is stored as a "Kernel"/)
    end

    describe "without a declared class" do
      it "is the class that the name says, if there is one" do
        ada
        report

        expect(declare { has_model :user }.restore({}, {"user" => {"id" => 1, "type" => "User"}}).user).to be(ada)
        expect(declare { has_models :documents }.restore({}, {"documents" => [{"id" => 7, "type" => "Document"}]}).documents).to eq([report])
      end

      it "is a class whose object was assigned in this process" do
        order = declare { has_model :owner }
        order.new(owner: ada)

        expect(order.restore({}, {"owner" => {"id" => 1, "type" => "User"}}).owner).to be(ada)
        expect { order.restore({}, {"owner" => {"id" => 1, "type" => "Document"}}).owner }.to raise_error(Operations::Error)
      end

      it "is nothing else, and the message says what to write" do
        task = declare { has_model :owner }.restore({}, {"owner" => {"id" => 1, "type" => "User"}})

        expect { task.owner }.to raise_error(
          Operations::Error, 'Order.owner is stored as a "User", and nothing says that it may be one. If it may, write: has_model :owner, "User". Nothing was looked up.'
        )
      end

      it "is not what one attribute was assigned, for another attribute" do
        order = declare do
          has_model :owner
          has_model :author
        end
        order.new(owner: ada)

        expect { order.restore({}, {"author" => {"id" => 1, "type" => "User"}}).author }.to raise_error(Operations::Error)
      end

      it "is not a class that the name says but nobody has written" do
        expect { declare { has_model :ghost }.restore({}, {"ghost" => {"id" => 1, "type" => "Ghost"}}).ghost }.to raise_error(
          Operations::Error, /nothing says that it may be one/
        )
      end

      it "is not a constant that the name happens to be, when it is not the stored one" do
        expect { declare { has_model :kernel }.restore({}, {"kernel" => {"id" => 1, "type" => "User"}}).kernel }.to raise_error(Operations::Error)
      end
    end

    it "is not what failed the validation" do
      order.new(user: report).valid?

      expect { order.restore({}, {"user" => {"id" => 7, "type" => "Document"}}).user }.to raise_error(Operations::Error)
    end
  end
end
