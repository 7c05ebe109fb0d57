# frozen_string_literal: true

# What a plan has to say, since people ask: in which order, what was answered, and what is no promise.
RSpec.describe "guides/roadmap.md" do
  guides = File.expand_path("../../guides", __dir__)
  text = File.read(File.join(guides, "roadmap.md"))
  # @return [String] what stands below a heading, up to the next of its kind
  section = ->(heading) { text[/^## #{Regexp.escape(heading)}\n(.*?)(?=^## |\z)/m, 1] }

  it "has each phase with its priority", req: "A-50" do
    phases = section.call("ActiveJob and SolidQueue, by priority").scan(/^\| ([\d.]+) \|.*\| (P\d), /)
    expect(phases.group_by(&:last).transform_values { |pairs| pairs.map(&:first) }).to eq("P0" => %w[1 2 6.1 6.2], "P1" => %w[3 5], "P2" => %w[4 5.3])
  end

  it "answers what was open: Redcord, Rails before 8.1, other queues", req: "A-56" do
    answers = section.call("Three questions that were open").scan(/^\*\*(.+?\?)\*\* (.+?)(?=^\*\*|\z)/m)
    expect(answers.map(&:first)).to match([/Redcord/, /Rails before 8\.1/, /Sidekiq and GoodJob/])
    expect(answers.map(&:last)).to match([/`:redcord` remains/, /asked for by the feature/, /Every adapter of ActiveJob/])
  end

  it "names as future work, and promises nothing of: adapters, observability, a web UI, GraphViz, versioning", req: "O-89" do
    later = section.call("Later")
    expect(later).to match(/none of it is in the gem/)
    expect(later.scan(/^- \*\*(.+?)\.\*\*/).flatten).to eq(["Extra adapters", "Observability", "A web UI", "GraphViz", "Versioning"])
  end

  it "says what the settings say: the runtimes that are to come are none" do
    %i[heartbeat redcord].each do |name|
      expect { ActiveDataFlow::Runtime.named(name) }.to raise_error(ActiveDataFlow::ConfigurationError, /is not in this version; there is :active_job/)
    end
  end

  it "is linked from the README, and its links lead somewhere" do
    expect(File.read(File.join(guides, "../README.md"))).to include("(guides/roadmap.md)")
    missing = text.scan(/\]\(([^)#]+)[^)]*\)/).flatten.reject { |path| File.file?(File.join(guides, path)) }
    expect(missing).to eq([])
  end
end
