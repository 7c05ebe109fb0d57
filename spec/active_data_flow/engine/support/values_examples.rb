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
