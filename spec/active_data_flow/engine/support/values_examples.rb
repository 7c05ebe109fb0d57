# frozen_string_literal: true

RSpec.describe "[values]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect unless ActiveRecord::Base.connected?
    ActiveRecord::Base.with_connection do |connection|
      %i[drafts letters].each do |name|
        next if connection.table_exists?(name)

        connection.create_table(name) do |table|
          table.string :title
          (FlowDatabase::KIND == :postgresql) ? table.jsonb(:doc) : table.json(:doc)
        end
      end
    end
  end

  before do
    %w[Draft Letter].each { |name| stub_const(name, Class.new(ActiveRecord::Base) { self.table_name = name.tableize }).delete_all }
  end

  # @return [ActiveDataFlow::Run] of a flow from drafts to letters
  def copy(rows = :drafts, &block)
    flow("LetterFlow") do
      source rows
      sink :letters
      class_eval(&block)
    end.run_now
  end

  describe "of JSON" do
    let(:docs) { ["123", "str", "null", "", "{\"a\":1}", "<é>", 5, 1.5, true, [1, "2"], {"a" => {"b" => "3"}}] }

    before { docs.each { |doc| Draft.create!(doc:) } }

    {
      "a row" => -> { transform { |row| 2.times { row[:doc] = row[:doc].itself } } },
      "a Hash" => -> { transform(as: :hash) { |row| row.merge(doc: row[:doc], title: "new") } },
      "a changed Hash" => -> { transform(as: :hash) { |row| (row[:id] == -1) ? row.merge(doc: 1) : row } },
      "a batch" => -> { transform_batch { |batch| 2.times { batch[:doc] = batch[:doc].itself } } },
      "a batch that may be split" => lambda {
        on_error :quarantine, budget: 1
        transform_batch { |batch| 2.times { batch[:doc] = batch[:doc].itself } }
      }
    }.each do |form, steps|
      it "stay what they are where #{form} gives them back" do
        Draft.insert({id: -1, doc: 7})
        expect(copy { instance_exec(&steps) }.counts).to include(read: 12, new: 12)
        expect(Letter.order(:id).pluck(:doc).drop(1)).to eq(docs)
        expect(copy { instance_exec(&steps) }.counts).to include(unchanged: 12)
      end
    end

    it "are what a block assigns, text as well, as a model would have it" do
      copy { transform { |row| row[:doc] = (row[:id] == Draft.first.id) ? "12" : {"is" => row[:doc]} } }
      expect(Letter.order(:id).pluck(:doc)).to eq(["12", *docs.drop(1).map { |doc| {"is" => doc} }])
    end
  end

  it "raise where they are changed in place, which nobody would hear of" do
    Draft.create!(title: "a", doc: {"list" => ["x"], "text" => "y"})
    [->(row) { row[:title] << "!" }, ->(row) { row[:title].upcase! }, ->(row) { row[:doc]["more"] = 1 },
      ->(row) { row[:doc]["list"] << 2 }, ->(row) { row[:doc]["text"] << "!" }].each do |change|
      expect { copy { transform { |row| change.call(row) } } }.to raise_error(FrozenError)
    end
    copy { transform { |row| row[:title] += "!" } }
    copy([{id: 2, title: +"mine"}]) { transform { |row| row[:title] = row[:title].upcase } }
    expect(Letter.order(:id).pluck(:title, :doc)).to eq([["a!", {"list" => ["x"], "text" => "y"}], ["MINE", nil]])
  end
end
