# frozen_string_literal: true

require "spec_helper"
require "tmpdir"
require_relative "../support/child_ruby"

RSpec.describe "rake operations:verify" do
  let(:folder) { Dir.mktmpdir }

  after { FileUtils.remove_entry(folder) }

  before do
    write("sound", "class Sound < Operations::Task\n  result :start\nend\n")
    write("doubtful", "class Doubtful < Operations::Task\n  result :start\n  result :island\nend\n")
    write("wrong", "class Wrong < Operations::Task\n  action(:start) {}\n  go_to :nowhere\nend\n")
  end

  def write(name, text) = File.write(File.join(folder, "#{name}.rb"), text)

  def verify(files, *arguments, rakefile: 'require "operations/rake"')
    child_rake(rakefile, "operations:verify", "LOAD=#{File.join(folder, files)}", *arguments)
  end

  it "exits 0 when all is well" do
    answer = verify("sound.rb")
    expect(answer).to be_success, answer.err
    expect(answer.out).to include("1 task class", "0 errors", "0 warnings")
    expect(answer.err).to be_empty
  end

  it "prints warnings and exits 0; 1 with STRICT=1" do
    answer = verify("{sound,doubtful}.rb")
    expect(answer).to be_success, answer.err
    expect(answer.out).to match(/^warning: Doubtful.*:island.*doubtful\.rb:3/)
    expect(verify("{sound,doubtful}.rb", "STRICT=1").status.exitstatus).to eq(1)
    expect(verify("sound.rb", "STRICT=1")).to be_success
  end

  it "passes STRICT=1 with interactions, on_timeout and go_to in blocks; tells what is misspelt in them", req: %w[O-44 O-45 O-47] do
    write("offer", <<~RUBY)
      class Offer < Operations::Task
        starts_with :prepare
        on_timeout { go_to :expired }
        action(:prepare) { go_to :open }
        wait_until(:open) {}
        interaction(:accept!) { go_to :sold }.when(:open)
        result :sold
        result :expired
      end
    RUBY
    expect(verify("offer.rb", "STRICT=1")).to have_attributes(success?: true, out: "1 task class, 0 errors, 0 warnings\n")
    write("bid", "class Bid < Operations::Task\n  wait_until(:start) {}\n  interaction(:win!) { go_to :wno }\n  result :won\nend\n")
    answer = verify("bid.rb")
    expect(answer).to be_success
    expect(answer.out).to match(/^warning: Bid#win! may go to :wno.*Did you mean :won\?/)
    expect(verify("bid.rb", "STRICT=1").status.exitstatus).to eq(1)
  end

  it "prints errors, with file and line, and exits 1" do
    answer = verify("*.rb")
    expect(answer.status.exitstatus).to eq(1)
    expect(answer.out).to match(/^error: Wrong.*:nowhere.*wrong\.rb:2/)
    expect(answer.out).to include("3 task classes", "1 error")
  end

  it "says so when LOAD finds no file" do
    answer = verify("nothing_here.rb")
    expect(answer.status.exitstatus).to eq(1)
    expect(answer.out + answer.err).to include("nothing_here.rb")
  end

  it "says so when no task class is loaded, and exits 1: nothing was checked", req: "O-43" do
    answer = child_rake('require "operations/rake"', "operations:verify")
    expect(answer.status.exitstatus).to eq(1)
    expect(answer.out).to eq("error: no task class is loaded, so nothing was checked. Give their files: rake operations:verify " \
      "LOAD='app/tasks/**/*.rb'; or load them in the Rakefile, or in its task :environment\n")
    write("plain", "class Plain; end\n")
    expect(verify("plain.rb")).to have_attributes(success?: false, out: /no task class is loaded/)
  end

  it "loads an application through its environment task first" do
    answer = verify("sound.rb", rakefile: <<~RUBY)
      require "operations/rake"
      task(:environment) { puts "the application" }
    RUBY
    expect(answer.out.lines.first).to eq("the application\n")
  end

  it "checks what the Rakefile has loaded" do
    answer = child_rake("require 'operations/rake'\nrequire '#{File.join(folder, "wrong.rb")}'", "operations:verify")
    expect(answer.status.exitstatus).to eq(1)
    expect(answer.out).to match(/^error: Wrong/)
  end

  it "is described in rake -T" do
    answer = child_rake('require "operations/rake"', "-T")
    expect(answer.out).to match(/rake operations:verify\s+# .+/)
  end
end
