# frozen_string_literal: true

RSpec.describe Operations::Spelling do
  it "guesses what was meant, where there is something to choose from" do
    expect(described_class.hint(:uplod, %w[upload owner])).to eq(" Did you mean :upload?")
    expect(described_class.hint(:xyz, %w[upload owner])).to eq("")
    expect(described_class.hint(:uplod, %w[upload])).to eq("")
  end

  it "lists names as they are written, and says when there are none" do
    expect(described_class.list(%w[a b])).to eq(":a, :b")
    expect(described_class.list([])).to eq("none")
  end

  it "puts the right article before a class" do
    articles = %w[User Invoice Upload Document Unit].map { |type| described_class.article(type) }

    expect(articles).to eq(["a User", "an Invoice", "an Upload", "a Document", "a Unit"])
  end
end
