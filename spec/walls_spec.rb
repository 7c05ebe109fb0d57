# frozen_string_literal: true

# The two walls: no Ruby where the rules are, no Rails outside the rooms that are named for it.
RSpec.describe "The walls" do
  root = File.expand_path("..", __dir__)

  define_method(:lines_of) do |pattern, except: nil|
    Dir[File.join(root, pattern)].select { |path| File.file?(path) }.flat_map do |path|
      name = path.delete_prefix("#{root}/")
      next [] if except&.match?(name)

      File.readlines(path).each_with_index.map { |line, index| ["#{name}:#{index + 1}: #{line.strip}", line] }
    end
  end

  def offences(lines, pattern) = lines.select { |_, line| line.match?(pattern) }.map(&:first)

  it "look at real files" do
    expect(lines_of("ext/core/**/*.{rs,toml}").size).to be > 100
    expect(lines_of("lib/**/*.rb").size).to be > 100
  end

  it "keep Ruby out of the core crate" do
    ruby = /\b(magnus|serde_magnus|rb[_-]sys|VALUE|RString|RArray|RHash)\b/
    expect(offences(lines_of("ext/core/**/*.{rs,toml}"), ruby)).to eq []
  end

  it "keep unsafe code out of the core crate" do
    expect(File.read(File.join(root, "ext/core/src/lib.rs"))).to include "#![forbid(unsafe_code)]"
  end

  it "keep the clock out of the core crate: now is always passed in" do
    clock = /\b(SystemTime|Instant::now|Utc::now|Local::now)\b/
    expect(offences(lines_of("ext/core/src/**/*.rs"), clock)).to eq []
  end

  # Rails' own rooms, the generators, and adapters whose file says which part of Rails they are for.
  rooms = %r{\Alib/(generators/|operations/compat(/|\.rb\z)|([^/]+/)*rails(/|\.rb\z)|([^/]+/)*(active_record|active_job|action_cable|solid_queue|railtie|engine)[^/]*(/|\.rb\z))}

  it "keep Rails out of lib/, outside the rooms that are named for it", req: %w[O-02 X-01] do
    rails = /\b(Rails|ActiveRecord|ActiveJob|ActiveModel|ActionCable|ApplicationRecord|ApplicationJob|SolidQueue)\b|\bActiveSupport\b/
    code = lines_of("lib/**/*.rb", except: rooms).map { |name, line| [name, line.sub(/(\A|\s)#(?!\{).*$/, "")] }
    # A guarded look is allowed: it asks whether Rails is there, and loads nothing.
    code = code.map { |name, line| [name, line.gsub(/defined\?\([^)]*\)/, "")] }
    expect(offences(code, rails)).to eq []
  end

  it "keep what Rails brings out of the requires in lib/", req: %w[O-02 X-01] do
    requires = /^\s*(require|autoload|load)\b.*\b(rails|active_support|active_record|active_job|active_model|action_\w+|railties|solid_queue)\b/
    # An adapter may be named by a path of ours: require_relative says so.
    expect(offences(lines_of("lib/**/*.rb", except: rooms), requires)).to eq []
  end
end
