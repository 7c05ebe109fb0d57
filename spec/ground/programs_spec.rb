# frozen_string_literal: true

# What the suite itself stands on: an example that hangs ends, and says where it stood.
RSpec.describe "Examples that do not come to their end" do
  def ruby(text) = [RbConfig.ruby, "-e", text]

  def alive?(pid) = File.exist?("/proc/#{pid}/stat") ? File.read("/proc/#{pid}/stat").split[2] != "Z" : false

  it "do not wait for who has been left standing with what a program prints to" do
    out, err, status = Programs.run(*ruby("$stdout.sync = true; puts fork { sleep }; warn 'done'"))
    expect([err, status.exitstatus]).to eq(["done\n", 0])
    expect(eventually { !alive?(out.to_i) }).to be(true)
  end

  it "end a program that takes too long, with all that it has started" do
    said, status = Programs.run_together("/bin/sh", "-c", "sleep 60 & echo $!; wait", within: 3)
    expect(said).to match(/\A\d+\n\nit did not end within 3 seconds, and was killed\n\z/)
    expect(status.termsig).to eq(Signal.list["KILL"])
    expect(eventually { !alive?(said.to_i) }).to be(true)
  end

  it "have programs hear what is said to them, and both that they say in its order" do
    expect(Programs.run_together(*ruby("$stderr.print $stdin.read; $stdout.print 'two'"), stdin_data: "one ").first).to eq("one two")
  end

  # An RSpec of its own, whose examples do not end.
  def hanging(body)
    Dir.mktmpdir do |folder|
      file = File.join(folder, "hanging_spec.rb")
      File.write(file, <<~RUBY)
        require #{File.join(CleanMachine::ROOT, "spec/support/hang_watch").dump}
        RSpec.describe("A thing") do
          it("hangs") { #{body} }
          it("goes on") { expect(1).to eq(1) }
        end
      RUBY
      Programs.run({"ADF_SPEC_PATIENCE" => "1", "SPEC_OPTS" => nil}, RbConfig.ruby, "-S", "rspec", "--order", "defined", file, chdir: folder)
    end
  end

  it "fail with where they stood, and the others are run" do
    out, err, status = hanging("spawn('sleep 60'); sleep 50")
    expect([out, status.exitstatus]).to match([/2 examples, 1 failure/, 1])
    expect(out).to match(/HangWatch::Hung:\s+nothing went on for 1 seconds; what it stood at is on standard error/)
    expect(err).to match(/after this: example started: \S+hanging_spec.rb:3 A thing hangs\n/)
    expect(err).to match(/hanging_spec.rb:3:in [`']sleep'/).and match(/sleep 60$/)
  end

  it "end the process when they hang on" do
    out, err, status = hanging("begin; sleep 50; rescue StandardError; sleep 50; end")
    expect(status.exitstatus).to eq(1)
    expect(out).not_to include("2 examples")
    expect(err.scan("HangWatch: nothing went on").size).to eq(1)
  end
end
