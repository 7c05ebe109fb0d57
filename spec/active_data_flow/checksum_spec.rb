# frozen_string_literal: true

require "pathname"
require "stringio"
require "tempfile"

RSpec.describe "ActiveDataFlow.checksum" do
  # What xxh128sum prints.
  {
    "" => "99aa06d3014798d86001c324468d497f",
    "abc" => "06b05ab6733a618578af5f94892f3950"
  }.each do |text, digits|
    it "of #{text.inspect} is #{digits}" do
      expect(ActiveDataFlow.checksum(text)).to eq(digits)
    end
  end

  # Longer than one piece, and not a whole number of pieces.
  let(:content) { Random.new(7).bytes(2 * ActiveDataFlow::Checksum::PIECE + 4_321) }

  it "is the same of a text, the file that holds it, and streams of it" do
    Tempfile.create("content") do |file|
      file.binmode
      file.write(content)
      file.flush
      file.rewind
      sums = [content, Pathname(file.path), file, StringIO.new(content)].map { |given| ActiveDataFlow.checksum(given) }
      expect(sums.uniq.size).to eq(1)
    end
  end

  it "tells contents apart that differ in their last byte" do
    other = content.dup.tap { |text| text.setbyte(-1, text.getbyte(-1) ^ 1) }
    expect(ActiveDataFlow.checksum(other)).not_to eq(ActiveDataFlow.checksum(content))
  end

  it "is of the bytes, whatever the encoding says" do
    expect(ActiveDataFlow.checksum("\u00e9")).to eq(ActiveDataFlow.checksum("\xC3\xA9".b))
  end

  it "of a stream begins where the stream stands" do
    stream = StringIO.new("xabc").tap(&:getc)
    expect(ActiveDataFlow.checksum(stream)).to eq(ActiveDataFlow.checksum("abc"))
  end

  it "lets the error of a file that is not there through" do
    expect { ActiveDataFlow.checksum(Pathname("/nowhere/at/all")) }.to raise_error(Errno::ENOENT)
  end

  it "says what it takes instead of something else" do
    expect { ActiveDataFlow.checksum(:abc) }.to raise_error(TypeError, /a String \(its bytes\), a Pathname .* not of a Symbol/)
  end
end
