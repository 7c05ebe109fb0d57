# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connector::Sink::Collision, req: "E-34" do
  it "has four results, and both spellings of the last" do
    expect([described_class::NO_PREDICTION, described_class::NEW_TRANSFORMED_RECORD, described_class::UPDATED_TRANSFORMED_RECORD,
      described_class::REDUNDANT_TRANSFORMED_RECORD, described_class::REDUNDENT_TRANSFORMED_RECORD]).to eq([0, 1, 2, 3, 3])
  end

  it "predicts nothing by itself" do
    expect(described_class.new.predicted_write_result(transformed: {id: 1})).to eq(described_class::NO_PREDICTION)
  end

  it "names a result" do
    expect((0..3).map { |enum| described_class.predicted_write_result_string(enum) })
      .to eq(%w[NO_PREDICTION NEW_TRANSFORMED_RECORD UPDATED_TRANSFORMED_RECORD REDUNDANT_TRANSFORMED_RECORD])
    expect(described_class.new.predicted_write_result_string(3)).to eq("REDUNDANT_TRANSFORMED_RECORD")
    expect { described_class.predicted_write_result_string(4) }.to raise_error(ArgumentError, /4 is no result of a collision; there are 0 \(NO_PREDICTION\)/)
  end
end
