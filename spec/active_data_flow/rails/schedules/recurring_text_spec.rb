# frozen_string_literal: true

require "erb"
require "psych"
%w[entry block masked outline recurring_text].each { |name| require "active_data_flow/rails/schedules/#{name}" }

RSpec.describe ActiveDataFlow::Rails::Schedules::RecurringText do
  def entry(name, **more)
    ActiveDataFlow::Rails::Schedules::Entry.new(key: "data_flow_#{name}", class_name: "ActiveDataFlow::DataFlowJob", arguments: [name],
      schedule: "every 5 minutes", queue: nil, priority: nil, description: nil, **more)
  end

  let(:entries) { [entry("letter", queue: :post, priority: 5), entry("order_export", schedule: "0 2 * * * Europe/Berlin")] }
  let(:ours) do
    {"data_flow_letter" => {"class" => "ActiveDataFlow::DataFlowJob", "args" => ["letter"], "schedule" => "every 5 minutes", "queue" => "post", "priority" => "5"},
     "data_flow_order_export" => {"class" => "ActiveDataFlow::DataFlowJob", "args" => ["order_export"], "schedule" => "0 2 * * * Europe/Berlin"}}
  end

  def written(text, entries: self.entries, into: ["production"]) = described_class.new(text.dup, "config/recurring.yml").with(entries, into)

  def refused(text, **more)
    written(text, **more)
  rescue ActiveDataFlow::ConfigurationError => error
    error.message
  end

  # Without what is between the markers, and without them.
  def rest(text) = text.gsub(/^[ \t]*# >>> active_data_flow.*?# <<< active_data_flow(\r?\n|\z)/m, "")

  def read(text) = Psych.unsafe_load(ERB.new(text).result)

  it "puts the entries below the name of the section, each value quoted", req: %w[A-12 A-20] do
    expect(written("# mine\nproduction:\n  # the usual\n  clean:\n    command: \"Cleaner.run\"\n    schedule: every hour\n")).to eq(<<~YAML)
      # mine
      production:
        # >>> active_data_flow: written by bin/rails active_data_flow:sync_schedules, which overwrites what stands here
        data_flow_letter:
          class: "ActiveDataFlow::DataFlowJob"
          args: ["letter"]
          schedule: "every 5 minutes"
          queue: "post"
          priority: "5"
        data_flow_order_export:
          class: "ActiveDataFlow::DataFlowJob"
          args: ["order_export"]
          schedule: "0 2 * * * Europe/Berlin"
        # <<< active_data_flow
        # the usual
        clean:
          command: "Cleaner.run"
          schedule: every hour
    YAML
  end

  it "quotes so that YAML and ERB make the same of it again" do
    texts = ["on", "010", "a: b # c", "\"q\" \\ 'x'", "<%= 1 + 1 %> %> <%%", "Größe 😀", "line\nbreak\ttab\u0000\u0085\u00a0\u2028\ufeff", "null", "*a &b !c", "{a, b}"]
    texts.each { |text| expect(read(written("", entries: [entry("x", description: text)])).dig("production", "data_flow_x", "description")).to eq(text) }
  end

  it "appends a section that is missing, and makes a file that there is not" do
    expect(read(written(""))).to eq("production" => ours)
    text = written("development:\n  a: {class: A, schedule: every hour}\n", into: %w[production staging])
    expect(text).to start_with("development:\n  a: {class: A, schedule: every hour}\n\nproduction:\n  # >>>")
    expect(read(text)).to eq("development" => {"a" => {"class" => "A", "schedule" => "every hour"}}, "production" => ours, "staging" => ours)
  end

  it "writes at the top of a file without sections, for all environments" do
    flat = "clean:\n  class: A\n  schedule: every hour\n"
    expect(written(flat)).to start_with("#{flat}# >>> active_data_flow")
    expect(read(written(flat))).to eq({"clean" => {"class" => "A", "schedule" => "every hour"}, **ours})
    emptied = written(flat).delete_prefix(flat)
    expect(written(emptied)).to eq(emptied)
  end

  it "takes away what no flow has any more, and what stands where nothing is to stand", req: "A-20" do
    text = written("production:\n  clean: {class: A, schedule: every hour}\n", into: %w[production staging])
    expect(read(written(text, entries: entries.first(1)))["production"].keys).to eq(%w[data_flow_letter clean])
    expect(read(written(text, into: ["staging"]))).to eq("production" => {"clean" => {"class" => "A", "schedule" => "every hour"}}, "staging" => ours)
    expect(written(text, into: [])).to eq("production:\n  clean: {class: A, schedule: every hour}\n\nstaging:\n")
  end

  it "leaves the block where it was moved to, and makes one of two" do
    moved = "production:\n  a: {class: A, schedule: every hour}\n  # >>> active_data_flow\n  # <<< active_data_flow\n  b: {class: B, schedule: every hour}\n"
    expect(read(written(moved))["production"].keys).to eq(["a", *ours.keys, "b"])
    twice = moved.sub("production:\n", "\\0# >>> active_data_flow\n  old:\n  # <<< active_data_flow\n")
    expect(read(written(twice))["production"].keys).to eq([*ours.keys, "a", "b"])
  end

  it "writes into every branch of ERB that has the section" do
    text = "<% if ENV[\"ADF_NO_SUCH\"] %>\nproduction:\n  a: {class: A, schedule: every hour}\n<% else %>\nproduction:\n  b: {class: B, schedule: every hour}\n<% end %>\n"
    expect(read(written(text))["production"].keys).to eq([*ours.keys, "b"])
    expect(rest(written(text))).to eq(text)
  end

  {"production: *default\n" => ["production is an alias", "production:\n  <<: *default\n  # >>> active_data_flow"],
   "production: {a: {class: A, schedule: every hour}}\n" => ["production is a mapping in braces", "production:\n  # >>> active_data_flow"],
   "production: ~\n" => ["production is no mapping", "production:\n  # >>> active_data_flow"]}.each do |line, (what, paste)|
    it "refuses a section that #{what.sub("production ", "")}, with the text to paste" do
      message = refused("default: &default\n  a: {class: A, schedule: every hour}\n#{line}")
      expect(message).to start_with("config/recurring.yml, line 3: #{what}").and include(paste, "data_flow_order_export:", "# <<< active_data_flow")
      pasted = message[/^production:\n.*/m]
      expect(read("default: &default\n  a: {class: A, schedule: every hour}\n#{pasted}")["production"]).to include(ours)
      expect(refused("default: &default\n  a: {class: A, schedule: every hour}\n#{pasted}")).to end_with(pasted)
    end
  end

  it "refuses what it cannot read, and says where" do
    expect(refused("production:\n  # >>> active_data_flow\n  a: 1\n")).to start_with("config/recurring.yml, line 2: this marker of active_data_flow stands alone.")
    expect(refused("production:\n  # <<< active_data_flow\n  # >>> active_data_flow\n")).to start_with("config/recurring.yml, line 2: this marker")
    expect(refused("production:\n  a: [\n")).to match(/\Aconfig\/recurring\.yml cannot be read as YAML: line \d+, /)
    expect(refused("- a\n")).to start_with("config/recurring.yml, line 1: at the top there is a sequence, not the name of an environment")
    expect(refused("{production: {}}\n")).to include("mapping in braces")
    expect(refused("production:\n---\nstaging:\n")).to include("2 documents")
    expect(refused("production: # \xff\n")).to include("no text in UTF-8")
    expect(refused("a: 1\n  # >>> active_data_flow\n  # <<< active_data_flow\nb: c: d\n")).to include("line 4,")
  end

  describe "of any file" do
    # Parts of files as people write them; each entry has a name of its own.
    parts = [
      ->(name, margin) { "#{margin}#{name}:\n#{margin}  class: A\n#{margin}  schedule: every hour # on the hour\n" },
      ->(name, margin) { "#{margin}#{name}: {class: A, schedule: \"<%= ENV.fetch(\"ADF_NO_SUCH\", \"every hour\") %>\"}\n" },
      ->(name, margin) { "#{margin}# #{name}: is off\n\n" },
      ->(name, margin) { "#{margin}\"#{name}\":\n#{margin}  command: |+\n#{margin}    puts 1\n#{margin}    # production:\n\n\n#{margin}  schedule: every hour\n" },
      ->(name, margin) { "<% 2.times do |index| %>\n#{margin}#{name}_<%= index %>:\n#{margin}  class: \"A\"\n#{margin}  schedule: 'every hour'\n<% end -%>\n".sub("-%>", "%>") },
      ->(name, margin) { "#{margin}#{name}: &#{name}\n#{margin}  class: A\n#{margin}  schedule: every\n#{margin}    hour\n#{margin}#{name}_too:\n#{margin}  <<: *#{name}\n" },
      ->(name, margin) { "<%# a note\n  of two lines %>\n#{margin}#{name}:\n#{margin}    command: >-\n#{margin}      puts\n#{margin}      2\n#{margin}    schedule: every hour\n" },
      ->(_name, margin) { "#{margin}  \n   \n" }
    ].freeze

    define_method(:any_file) do |random|
      entries = ->(margin) { Array.new(random.rand(4)) { |number| parts.sample(random:).call("job_#{number}_#{random.rand(10**6)}", margin) }.join }
      sections = %w[development production staging].sample(random.rand(4), random:).map do |name|
        margin = " " * random.rand(1..4)
        "#{name}:#{["", " # live", " &#{name}", " <%# live %>"].sample(random:)}\n#{"#{margin}# at first\n" if random.rand < 0.5}#{entries.call(margin)}"
      end
      text = [["", "---\n", "# a file\n\n"].sample(random:), *sections].join.gsub(/\A---\n\z/, "")
      text = text.chomp if random.rand < 0.3
      (random.rand < 0.3) ? text.gsub("\n", "\r\n") : text
    end

    random = Random.new(RSpec.configuration.seed)

    it "leaves every byte that is not ours, adds what it should, and does nothing the second time", req: "A-20" do
      300.times do
        text = any_file(random)
        into = %w[production staging].first(random.rand(1..2))
        now = written(text, into:)
        expect(rest(now).delete_suffix("\n").delete_suffix("\r")).to start_with(text.delete_suffix("\n").delete_suffix("\r")), text.inspect
        expect(now.end_with?("\n")).to eq(text.empty? || text.end_with?("\n")), text.inspect
        expect(now.scan(/(?<!\r)\n/)).to be_empty if text.include?("\r\n")
        expect(written(now, into:)).to eq(now), text.inspect

        before = read(text) || {}
        after = read(now)
        into.each { |name| expect(after[name]).to eq((before[name] || {}).merge(ours)), "#{text.inspect}\n#{now}" }
        expect(after.except(*into)).to eq(before.except(*into)), text.inspect
      end
    end

    it "gives back the very text where all of ours goes, as far as the sections were there", req: "A-20" do
      200.times do
        text = any_file(random)
        into = %w[development production staging].select { |name| text.match?(/^#{name}:/) }
        expect(written(written(text, into:), into: [])).to eq(text)
      end
    end
  end
end
