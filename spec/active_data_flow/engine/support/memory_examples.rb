# frozen_string_literal: true

RSpec.describe "[memory]" do
  include_context "flows in a database"

  # Counts what a run makes, while no collector takes anything away.
  def batches_made
    GC.start
    GC.disable
    before = ObjectSpace.each_object(ActiveDataFlow::Native::Batch).count
    yield
    ObjectSpace.each_object(ActiveDataFlow::Native::Batch).count - before
  ensure
    GC.enable
  end

  # 100 batches of ten rows, of which at most four are under way at once.
  {
    "a table" => -> { source :orders },
    "a table, without reading ahead" => -> { source :orders },
    "a connector" => -> { source ActiveDataFlow::Connector::Source::Enumerable.new(Order.order(:id).map(&:attributes)) },
    "an Enumerable" => -> { source Order.order(:id).map(&:attributes) }
  }.each do |what, from|
    it "has as much room for the rows of #{what} as a few batches need, however many they are" do
      allow(ActiveDataFlow::ActiveRecord::Postgresql::ReadAhead).to receive(:possible?).and_return(false) if what.include?("without")
      orders(1_000)
      klass = flow do
        class_exec(&from)
        batch_size 10
        transform { |row| row[:name] = "#{row[:name]}!" }
        keep :id, :number, :name, :net
        sink :exports
      end
      expect(batches_made { expect(klass.run_now.counts[:new]).to eq(1_000) }).to be < 20
    end
  end
end
