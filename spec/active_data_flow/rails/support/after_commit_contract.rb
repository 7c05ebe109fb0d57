# frozen_string_literal: true

# On databases of ActiveRecord's: see after_commit_spec.rb.
require "active_record"
require "active_data_flow/rails/after_commit"
require "tmpdir"

module AfterCommitDatabases
  class First < ActiveRecord::Base
    self.abstract_class = true
  end

  class Second < ActiveRecord::Base
    self.abstract_class = true
  end

  class Note < First; end

  class Memo < Second; end

  FOLDER = Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }
end

RSpec.configure do |config|
  config.before(:suite) do
    {AfterCommitDatabases::Note => "first", AfterCommitDatabases::Memo => "second"}.each do |model, name|
      model.superclass.establish_connection(adapter: "sqlite3", database: File.join(AfterCommitDatabases::FOLDER, name), timeout: 5000)
      model.connection.create_table(model.table_name) { |table| table.string :text }
    end
  end
end

RSpec.describe "ActiveDataFlow::AfterCommit" do
  let(:note) { AfterCommitDatabases::Note }
  let(:memo) { AfterCommitDatabases::Memo }
  let(:calls) { [] }

  # Notes how many rows another connection sees by then.
  def remember(what = :called) = ActiveDataFlow::AfterCommit.call { calls << [what, Thread.new { note.connection_pool.with_connection { note.count } }.value] }

  before { [note, memo].each(&:delete_all) }

  shared_examples "a hook" do
    it "[none] calls at once where no transaction is open" do
      remember
      expect(calls).to eq([[:called, 0]])
    end

    it "[commit] calls when others can see what the transaction has written" do
      note.transaction do
        note.create!(text: "a")
        remember
        expect(calls).to eq([])
      end
      expect(calls).to eq([[:called, 1]])
    end

    it "[commit] keeps the order, and calls once each" do
      note.transaction do
        note.create!(text: "a")
        %i[first second].each { |what| remember(what) }
      end
      expect(calls).to eq([[:first, 1], [:second, 1]])
    end

    it "[commit] calls after a transaction that has sent no statement" do
      note.transaction { remember }
      expect(calls).to eq([[:called, 0]])
    end

    it "[rollback] never calls after a rollback" do
      note.transaction do
        note.create!(text: "a")
        remember
        raise ActiveRecord::Rollback
      end
      expect { note.transaction { [remember, raise("no")] } }.to raise_error("no")
      note.transaction { note.create!(text: "b") }
      expect(calls).to eq([])
    end

    it "[nested] waits for the outermost of nested transactions" do
      note.transaction do
        note.transaction do
          note.transaction(requires_new: true) do
            note.create!(text: "a")
            remember
          end
          expect(calls).to eq([])
        end
        expect(calls).to eq([])
      end
      expect(calls).to eq([[:called, 1]])
    end

    it "[nested] forgets what was asked for inside a savepoint that is rolled back, and that alone" do
      note.transaction do
        remember(:outside)
        note.transaction(requires_new: true) do
          note.create!(text: "a")
          remember(:inside)
          raise ActiveRecord::Rollback
        end
        note.create!(text: "b")
      end
      expect(calls).to eq([[:outside, 1]])
    end

    it "[nested] forgets what was asked for inside a savepoint when the outermost is rolled back" do
      note.transaction do
        note.transaction(requires_new: true) do
          note.create!(text: "a")
          remember
        end
        raise ActiveRecord::Rollback
      end
      expect(calls).to eq([])
    end

    it "[several] waits for all databases" do
      memo.transaction do
        note.transaction do
          note.create!(text: "a")
          remember
        end
        expect(calls).to eq([])
      end
      expect(calls).to eq([[:called, 1]])
    end

    it "[several] never calls where one of them is rolled back" do
      memo.transaction do
        note.transaction { remember }
        raise ActiveRecord::Rollback
      end
      note.transaction do
        memo.transaction { [remember, raise(ActiveRecord::Rollback)] }
      end
      expect(calls).to eq([])
    end

    it "[tests] takes the transaction that a test is wrapped in for none" do
      note.transaction(joinable: false) do
        remember(:at_once)
        note.transaction(requires_new: true) do
          remember(:after_the_inner)
          expect(calls.map(&:first)).to eq(%i[at_once])
        end
        expect(calls.map(&:first)).to eq(%i[at_once after_the_inner])
        raise ActiveRecord::Rollback
      end
    end

    it "[errors] raises what the block raises; what was written stays" do
      expect do
        note.transaction do
          note.create!(text: "a")
          ActiveDataFlow::AfterCommit.call { raise "the queue is not there" }
        end
      end.to raise_error("the queue is not there")
      expect(note.count).to eq(1)
    end
  end

  describe "as this Rails has it" do
    it_behaves_like "a hook"
  end

  # Rails 7.1 has no hook for it. What it has instead, later ones have as well.
  describe "by records" do
    before do
      allow(ActiveRecord).to receive(:respond_to?).and_call_original
      allow(ActiveRecord).to receive(:respond_to?).with(:after_all_transactions_commit).and_return(false)
    end

    it_behaves_like "a hook"
  end
end
